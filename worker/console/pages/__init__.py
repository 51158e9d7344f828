"""The pages people see: templates, filled with everything escaped, under a policy of their own."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from worker.i18n import language

_POLICY = (
    "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def page(name: str, values: dict[str, Any], status: int) -> HTMLResponse:
    """A page from its template: no script, nothing from elsewhere, only our own style."""
    content = _templates().get_template(f"{name}.html.j2")
    html = content.render(language=language(), style=_style(), **values)
    return HTMLResponse(html, status_code=status, headers={"Content-Security-Policy": _policy()})


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("worker.console", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _policy() -> str:
    return _POLICY.format(hash=b64encode(sha256(_style().encode()).digest()).decode())


@cache
def _style() -> str:
    return files(__package__).joinpath("style.css").read_text(encoding="utf-8")
