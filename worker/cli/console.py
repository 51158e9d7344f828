"""``doisoat console``: the web server, until it is told to stop."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.doors import way_in_if_known
from worker.cli.invocation import JsonOption, open_settings
from worker.cli.output import show
from worker.cli.supervised import SupervisedOption, end_with_parent

if TYPE_CHECKING:
    from worker.settings.model import Settings

_HIGHEST_PORT = 65_535

HostOption = Annotated[str | None, typer.Option("--host", metavar="HOST", help="console.host")]
PortOption = Annotated[
    int | None,
    typer.Option("--port", metavar="P", min=0, max=_HIGHEST_PORT, help="console.port"),
]


def run(
    ctx: typer.Context,
    *,
    host: HostOption = None,
    port: PortOption = None,
    supervised: SupervisedOption = False,
    as_json: JsonOption = False,
) -> int:
    """Serve where the settings say, unless told otherwise."""
    settings = open_settings(ctx)
    from worker.console.serving import serve

    if supervised:
        end_with_parent()
    serve(
        settings,
        host or settings.console.host,
        settings.console.port if port is None else port,
        lambda url: _announce(settings, url, as_json=as_json),
    )
    return 0


def _announce(settings: "Settings", url: str, *, as_json: bool) -> None:
    from worker.i18n import text

    if as_json:
        sys.stdout.write(json.dumps({"url": url}) + "\n")
    else:
        told = way_in_if_known(settings, settings.console.public_url or url)
        show(text("console.running", url=url), *([told] if told else []))
        show(text("console.pages", url=url))
    sys.stdout.flush()
