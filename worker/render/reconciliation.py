"""The reconciliation as a table: the bridge of every unit, the worst first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from worker.i18n import text
from worker.i18n.numbers import day, instant, number, percent, signed
from worker.render.home_statistics import home_statistics
from worker.render.tables import Packed

_COUNTS = ("late_province", "late_province_by_portal_rule", "late_portal", "late_published")
_UNIT_WIDTH = (14, 26)
_MOST_CAUSES = 3
_WIDE = 100


def reconciliation_table(result: Mapping[str, Any]) -> list[RenderableType]:
    """A table and the lines below it, from what ``reconcile --json`` prints.

    Beside the contract's fields it reads ``counted_province``, ``counted_portal`` and ``presumed``
    of each unit and of the totals, and ``complete``.
    """
    return [_Fitting(result), "", *_notes(result)]


@dataclass(frozen=True, slots=True)
class _Fitting:
    """The table; where there is no room for the causes, without them and saying so."""

    result: Mapping[str, Any]

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        wide = options.max_width >= _WIDE
        yield _table(self.result, wide=wide)
        if not wide:
            yield text("cli.reconcile.narrow")


def _table(result: Mapping[str, Any], *, wide: bool) -> Table:
    table = _empty(result["period"])
    columns = len(table.columns) + wide
    if wide:
        table.add_column(_heading("causes"))
    nothing = no_dossiers_text(result)
    for unit in sorted(result["units"], key=_worst_first):
        table.add_row(*_row(unit["name"], unit, nothing)[:columns])
    table.add_section()
    total = _row(text("cli.reconcile.total"), _totals(result), nothing)[:columns]
    table.add_row(*total, style="bold")
    return table


def late_share(unit: Mapping[str, Any]) -> float | None:
    """Late on the portal of all counted there, 0 to 1; None where there is nothing there."""
    counted = unit.get("counted_portal")
    return unit["late_portal"] / counted if counted else None


def has_no_dossiers(unit: Mapping[str, Any]) -> bool:
    """Whether neither side has a dossier of the unit, which is not the same as none late."""
    counted = unit.get("counted_province") or unit.get("counted_portal")
    return not counted and not unit["bridge"]


def _worst_first(unit: Mapping[str, Any]) -> tuple[bool, float, int, str]:
    share = late_share(unit)
    return has_no_dossiers(unit), -(share or 0.0), -unit["late_portal"], unit["code"]


def _empty(period: Mapping[str, str]) -> Table:
    first, last = (day(date.fromisoformat(period[end])) for end in ("from", "to"))
    table = Table(
        title=Text(text("cli.reconcile.title", first=first, last=last), style="bold"),
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    low, high = _UNIT_WIDTH
    table.add_column(_heading("unit"), min_width=low, max_width=high)
    for name in (*_COUNTS, "difference", "unexplained", "late_share"):
        table.add_column(_heading(name), justify="right", no_wrap=True)
    return table


def _heading(name: str) -> Text:
    return Text(text(f"cli.reconcile.{name}"))


def no_dossiers_text(result: Mapping[str, Any]) -> str:
    """What is said of a unit without dossiers: none where all was read, else nobody knows."""
    return text(f"cli.reconcile.{'no_dossiers' if _is_complete(result) else 'none_read'}")


def _is_complete(result: Mapping[str, Any]) -> bool:
    return bool(result.get("complete", True))


def _row(name: str, unit: Mapping[str, Any], nothing: str) -> list[RenderableType]:
    if has_no_dossiers(unit):
        return [Text(name), *[Text()] * (len(_COUNTS) + 3), Text(nothing, style="dim")]
    counts = [_count(unit[view]) for view in _COUNTS]
    difference = Text(signed(unit["difference"]), style="bold" if unit["difference"] else "")
    unexplained = unit["unexplained"]
    left = Text(text("cli.reconcile.unknown")) if unexplained is None else Text(signed(unexplained))
    share = late_share(unit)
    shown = text("cli.reconcile.unknown") if share is None else percent(share)
    return [Text(name), *counts, difference, left, Text(shown), causes_of(unit["bridge"])]


def _count(value: int | None) -> Text:
    return Text(text("cli.reconcile.unknown") if value is None else number(value))


def causes_of(bridge: Sequence[Mapping[str, Any]]) -> Packed:
    """The causes with the most weight; the others together, so that the line still adds up."""
    steps = sorted((step for step in bridge if step["count"]), key=lambda step: -abs(step["count"]))
    most = _MOST_CAUSES if len(steps) > _MOST_CAUSES + 1 else len(steps)
    pieces = [_cause(step) for step in steps[:most]]
    rest = steps[most:]
    if rest:
        total = signed(sum(step["count"] for step in rest))
        pieces.append(text("cli.reconcile.other_causes", count=len(rest), sum=total))
    return Packed(tuple(pieces))


def _cause(step: Mapping[str, Any]) -> str:
    return f"{text('causes.label.' + step['cause'])} {signed(step['count'])}"


def _totals(result: Mapping[str, Any]) -> dict[str, Any]:
    """The totals with the bridge of the whole province: the sum of its units' bridges."""
    return {**result["totals"], "bridge": total_bridge(result["units"])}


def total_bridge(units: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The steps of several units' bridges, summed cause by cause."""
    causes: dict[str, int] = {}
    for unit in units:
        for step in unit["bridge"]:
            causes[step["cause"]] = causes.get(step["cause"], 0) + step["count"]
    return [{"cause": cause, "count": count} for cause, count in causes.items()]


def _notes(result: Mapping[str, Any]) -> list[str]:
    as_of = instant(datetime.fromisoformat(result["as_of"]))
    notes = [text("cli.reconcile.as_of", instant=as_of), *completeness(result)]
    return [*notes, *merged_notes(result), *home_statistics(result)]


def merged_notes(result: Mapping[str, Any]) -> list[str]:
    """For each unit that stands for others: whose figures are counted in its own.

    From ``predecessors`` of each unit, and ``predecessor_names``.
    """
    names = result.get("predecessor_names", {})
    return [
        text("cli.reconcile.merged", unit=unit["name"], units=", ".join(map(names.get, merged)))
        for unit in result["units"]
        if (merged := unit.get("predecessors"))
    ]


def completeness(result: Mapping[str, Any]) -> list[str]:
    """Whether both sides were read completely, how much is presumed, whether they agree."""
    complete = _is_complete(result)
    notes = [text(f"cli.reconcile.{'complete' if complete else 'incomplete'}")]
    presumed = result["totals"].get("presumed", 0)
    if presumed:
        notes.append(text("cli.reconcile.presumed", count=number(presumed)))
    if complete and not result["discrepancies"]:
        notes.append(text("cli.reconcile.agree"))
    return notes


def worst_units(result: Mapping[str, Any], number_of_units: int) -> str:
    """The units with the highest late share on the portal, each with its share, worst first."""
    worst = sorted(result["units"], key=_worst_first)[:number_of_units]
    return ", ".join(f"{unit['name']} ({percent(late_share(unit) or 0)})" for unit in worst)
