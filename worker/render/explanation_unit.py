"""A unit's bridge as a statement that adds up, its causes, and the dossiers behind them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from models.types import Cause
from worker.core.outcome import contributions_of
from worker.core.resend.selection import lasting_obstacle
from worker.i18n import text
from worker.i18n.numbers import day, instant, number, signed
from worker.render.lists import units_text
from worker.render.reconciliation import merged_notes, no_dossiers_text
from worker.render.tables import plain_table

Told = Mapping[str, Any]
Names = Mapping[str, str]


def unit_explained(told: Told, unit: Told, names: Names, limit: int) -> list[RenderableType]:
    """From what ``explain UNIT --json`` prints; at most ``limit`` dossiers."""
    return [
        *_heading(told, unit),
        _statement(told["statement"]),
        *_notes(told),
        *_causes(told["causes"]),
        *_dossiers(told["dossiers"], unit, names, limit),
    ]


def _heading(told: Told, unit: Told) -> list[RenderableType]:
    first, last = (day(date.fromisoformat(told["period"][end])) for end in ("from", "to"))
    as_of = instant(datetime.fromisoformat(told["as_of"]))
    return [
        Text(text("explain.unit", name=unit["name"], code=unit["code"]), style="bold"),
        text("explain.when", first=first, last=last, as_of=as_of),
        "",
    ]


def _statement(lines: Sequence[Told]) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for line in lines:
        table.add_row(*_line(line))
    return table


def _line(line: Told) -> tuple[Text, Text]:
    count = line["count"]
    if "cause" in line:
        label = text("explain.step", cause=text(f"causes.label.{line['cause']}"))
        return Text(f"  {label}"), Text(signed(count))
    if line["line"] == "unexplained":
        shown = text("cli.reconcile.unknown") if count is None else signed(count)
        return Text(f"  {text('explain.unexplained')}"), Text(shown)
    shown = text("cli.reconcile.unknown") if count is None else number(count)
    return Text(text(f"states.view.{line['line']}"), style="bold"), Text(shown, style="bold")


def _notes(told: Told) -> Iterator[RenderableType]:
    totals = told["totals"]
    yield ""
    if not told["complete"]:
        yield text("cli.reconcile.incomplete")
    if totals["presumed"]:
        yield text("cli.reconcile.presumed", count=number(totals["presumed"]))
    yield from merged_notes(told)
    if totals["unexplained"]:
        yield text("explain.unexplained_note")
    if not totals["counted_province"] and not totals["counted_portal"] and not told["dossiers"]:
        yield no_dossiers_text(told)
    elif told["complete"] and not told["dossiers"]:
        yield text("cli.reconcile.agree")


def _causes(steps: Sequence[Told]) -> Iterator[RenderableType]:
    if not steps:
        return
    yield Text(text("explain.causes"), style="bold")
    for step in sorted(steps, key=lambda step: -abs(step["count"])):
        cause = step["cause"]
        kind = text(f"states.kind.{step['kind']}")
        label = text(f"causes.label.{cause}")
        yield Text(f"• {label} ({kind}): {signed(step['count'])}")
        yield Padding(Text(text(f"causes.meaning.{cause}"), style="dim"), (0, 0, 0, 2))
        yield Padding(Text(advice(cause)), (0, 0, 0, 2))


def advice(cause: str) -> str:
    """What to do about a cause."""
    return text("explain.advice", advice=text(f"causes.advice.{cause}"))


def _dossiers(
    items: Sequence[Told], unit: Told, names: Names, limit: int
) -> Iterator[RenderableType]:
    if not items:
        return
    yield ""
    yield _dossier_table(items[:limit], unit, names)
    left = len(items) - limit
    if left > 0:
        yield text("explain.more_dossiers", count=number(left), limit=number(len(items)))
    yield text("explain.next", dossier=items[0]["dossier"])


def _dossier_table(items: Sequence[Told], unit: Told, names: Names) -> Table:
    columns = ("dossier", "contribution", "cause", "resend", "fields")
    table = plain_table(
        text("explain.dossiers"), [text(f"explain.column.{each}") for each in columns], numbers=[1]
    )
    table.box = SIMPLE_HEAD
    table.columns[0].no_wrap = True
    for item in items:
        own = contributions_of(item).get(unit["code"], item["contribution"])
        table.add_row(
            Text(item["dossier"]),
            signed(own),
            Text(_why(item, names)),
            _resend(item),
            Text(difference(item)),
        )
    return table


def _resend(item: Told) -> str:
    """Whether sending the dossier again mends it."""
    obstacle = lasting_obstacle(Cause(item["cause"]), item["flags"])
    return text(f"resend.mends.{obstacle.value if obstacle else 'resend'}")


def _why(item: Told, names: Names) -> str:
    label = text(f"causes.label.{item['cause']}")
    moved = item["unit"] != item["portal_unit"]
    return f"{label}: {units_text(item, names)}" if moved else label


def difference(item: Told) -> str:
    """The fields of a discrepancy with the value of either side."""
    told = [
        text(
            "explain.sides",
            field=text(f"fields.{name}"),
            province=value(name, sides["province"]),
            portal=value(name, sides["portal"]),
        )
        for name, sides in item["fields"].items()
        if name not in ("rule", "unit")
    ]
    flags = [text(f"flags.{flag}") for flag in item["flags"]]
    return "; ".join(told + flags)


def value(name: str, given: object) -> str:
    """A field's value as people read it."""
    from worker.i18n.numbers import exact

    if given is None:
        return text("cli.reconcile.unknown")
    match name:
        case "status":
            return status_text(given)
        case "reason":
            return text(f"rules.reason.{given}")
        case _ if name.endswith("_at") or name == "late_from":
            return exact(datetime.fromisoformat(str(given)))
        case _:
            return str(given)


def status_text(given: object) -> str:
    """A status by its number and name."""
    from models.types import Status

    status = Status(int(str(given)))
    return f"{int(status)} {text('states.status.' + status.name)}"
