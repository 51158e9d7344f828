"""``doisoat demo``: the whole main job on an invented month of one real province."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.invocation import Invocation, JsonOption, invocation
from worker.cli.output import complain, print_json, show
from worker.cli.simulate import SeedOption

if TYPE_CHECKING:
    from worker.cli.sync import Journey
    from worker.settings.model import Settings

_PROVINCE = "soc-trang"
_CODE = "H51"
_FAULTS = "throttle,server_error,reset,truncated,html,expired_session,numbers_as_text"
_FAULT_SHARE = "0.003"
_BROKEN = "6"
_PORTAL_ONLY = "5"
_DOCUMENT = "2326/UBND-TTHC"
_WORST = 3
_SHOWN_UNIT = "H51.12"
_ADMIN = "quan-tri"
# What else stands in the environment is about another installation's sources and database.
_KEPT = ("DOISOAT_DATA_DIR", "DOISOAT_LANGUAGE", "DOISOAT_LOG_LEVEL")

OnceOption = Annotated[bool, typer.Option("--once", help="cli.option.once")]
DossiersOption = Annotated[
    int, typer.Option("--dossiers", metavar="N", min=1, max=200_000, help="cli.option.dossiers")
]


def run(
    ctx: typer.Context,
    *,
    once: OnceOption = False,
    dossiers: DossiersOption = 2800,
    seed: SeedOption = 1,
    as_json: JsonOption = False,
) -> int:
    """Raise both upstreams, pull, reconcile, show."""
    from worker.cli.upstreams import simulated, until_interrupted
    from worker.i18n import text

    call = invocation(ctx)
    folder = _data_folder(call)
    with simulated(_arguments(dossiers, seed)) as told:
        settings = _prepared(call, folder, told)
        with _logging(settings):
            journey = _travelled(settings)
            link = _admitted(settings)
        if as_json:
            ways = {"account": _ADMIN, "link": link}
            print_json({"runs": list(journey.runs), "reconciliation": journey.report} | ways)
        else:
            _show(journey, settings, told)
            show("", text("cli.demo.console", name=_ADMIN))
            sys.stdout.write(f"  {link}\n")
        _warn_of_other_settings(call)
        if not once:
            _keep_up(told, as_json=as_json)
            until_interrupted()
    return journey.exit_code


def _arguments(dossiers: int, seed: int) -> list[str]:
    return [
        *("--province", _PROVINCE, "--code", _CODE),
        *("--dossiers", str(dossiers), "--seed", str(seed)),
        *("--broken", _BROKEN, "--portal-only", _PORTAL_ONLY),
        *("--faults", _FAULTS, "--fault-share", _FAULT_SHARE),
    ]


def _data_folder(call: Invocation) -> Path:
    from worker.settings.environment import early_data_dir

    return early_data_dir(call.environment, call.working_folder).absolute()


def _prepared(call: Invocation, folder: Path, told: Mapping[str, Any]) -> "Settings":
    """The demo's own settings file and its own empty database."""
    from worker.cli.simulated_config import write_config
    from worker.settings.load import DEMO_FILE, load_settings

    database = folder / "demo.db"
    file = folder / DEMO_FILE
    write_config(told, _PROVINCE, call.working_folder, file, database)
    for each in ("", "-wal", "-shm"):
        database.with_name(database.name + each).unlink(missing_ok=True)
    kept = {name: call.environment[name] for name in _KEPT if name in call.environment}
    return load_settings(file, environment=kept, working_folder=call.working_folder)


@contextmanager
def _logging(settings: "Settings") -> Iterator[None]:
    from worker.log import logging_to

    with logging_to(settings.log_file, settings.log_level):
        yield


def _travelled(settings: "Settings") -> "Journey":
    from worker.bootstrap import services
    from worker.cli.sync import travelled
    from worker.journey import Wish

    with services(settings) as joined:
        return travelled(joined, Wish(full=True, reason="demo"))


def _admitted(settings: "Settings") -> str:
    """The demo's own account, and the link by which whoever tries it sets its password."""
    from models.roles import Role
    from worker.bootstrap import services
    from worker.journey.accounts import add_operator
    from worker.journey.doors import address_of_link

    with services(settings) as joined:
        _, made = add_operator(joined, _ADMIN, Role.ADMIN, (), "demo")
    return address_of_link(settings, made)


def _show(journey: "Journey", settings: "Settings", told: Mapping[str, Any]) -> None:
    from worker.cli.sync import show_journey
    from worker.i18n import text
    from worker.i18n.numbers import number
    from worker.render.reconciliation import worst_units

    province = settings.province.name
    show(text("cli.demo.invented", province=province, document=_DOCUMENT))
    if journey.report is not None:
        worst = worst_units(journey.report, _WORST)
        show(text("cli.demo.worst", units=worst), "")
    show_journey(journey)
    show("", text("cli.demo.where", count=number(told["dossiers"]), folder=settings.data_dir))
    show(text("cli.demo.next"), *_suggestions(journey))


def _suggestions(journey: "Journey") -> list[str]:
    from worker.i18n import text

    found = journey.report["discrepancies"] if journey.report else []
    data = [item for item in found if item["kind"] == "data" and item["unit"] == _SHOWN_UNIT]
    commands = [("explain_unit", f"doisoat explain {_SHOWN_UNIT}")]
    if data:
        commands.append(("explain_dossier", f"doisoat explain {data[0]['dossier']}"))
    commands += [
        ("discrepancies", "doisoat discrepancies --cause STATUS_BEHIND"),
        ("quarantine", "doisoat quarantine"),
        ("json", "doisoat reconcile --json"),
        ("doctor", "doisoat doctor --offline"),
    ]
    width = max(len(command) for _, command in commands)
    return [f"  {line:<{width}}  {text('cli.demo.' + name)}" for name, line in commands]


def _warn_of_other_settings(call: Invocation) -> None:
    """Commands without --config would not look at the demo: say so."""
    from worker.i18n import text
    from worker.settings.load import DEFAULT_FILE

    if (call.working_folder / DEFAULT_FILE).is_file() or "DOISOAT_CONFIG" in call.environment:
        file = _data_folder(call) / "demo.toml"
        complain(text("cli.demo.other_config", config=DEFAULT_FILE, file=file))
    if "DOISOAT_DATABASE_URL" in call.environment:
        complain(text("cli.demo.other_database"))


def _keep_up(told: Mapping[str, Any], *, as_json: bool) -> None:
    from worker.i18n import text

    if not as_json:
        where = {name: told[name] for name in ("province_url", "adapter_url")}
        show("", text("cli.demo.running", **where))
