"""Sync health as a report for programs, and as a table of units, the worst first."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType
from rich.table import Table
from rich.text import Text

from models.reconciliation import SyncHealth
from worker.i18n import text
from worker.i18n.numbers import day, duration, instant, number, percent
from worker.render.reconciliation import no_dossiers_text
from worker.render.tables import Packed

_FIGURES = (
    "received",
    "on_portal",
    "presumed",
    "lag_samples",
    "lag_waiting",
    "lag_p50",
    "lag_p95",
    "events_told",
    "events_missing",
    "open_discrepancies",
    "age_p50",
    "age_max",
    "filed_online",
    "received_late",
)
_NARROW = ("rate", "lag_p95", "waiting", "events", "open")
_WIDE = ("rate", "counts", "published", "lag_p50", *_NARROW[1:], "ages", "reception")
_ROOM = 120


def health_item(
    code: str, name: str, row: SyncHealth | None, published: tuple[int | None, int | None]
) -> dict[str, Any]:
    """A unit's figures as `health --json` shows them; lengths of time are seconds.

    Args:
        code: The unit's code.
        name: The unit's name.
        row: Its figures; None where it has none.
        published: How many dossiers the portal itself says it has, and should have.
    """
    row = row or SyncHealth(reconciliation_id=0, unit=code)
    synced, due = published
    figures = {figure: getattr(row, figure) for figure in _FIGURES}
    return {"code": code, "name": name, **figures, "portal_synced": synced, "portal_due": due}


def health_table(report: Mapping[str, Any]) -> list[RenderableType]:
    """The table and the lines below it, from what `health --json` prints."""
    return [_Fitting(report), "", *_notes(report)]


@dataclass(frozen=True, slots=True)
class _Fitting:
    """The table; where there is no room for all columns, the chief ones, saying so."""

    report: Mapping[str, Any]

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        wide = options.max_width >= _ROOM
        yield _table(self.report, _WIDE if wide else _NARROW)
        if not wide:
            yield text("health.narrow")


def _table(report: Mapping[str, Any], columns: Iterable[str]) -> Table:
    told = [each for each in columns if each != "published" or _is_published(report)]
    first, last = (day(report["period"][end]) for end in ("from", "to"))
    table = Table(
        title=Text(text("health.title", first=first, last=last), style="bold"),
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    table.add_column(Text(text("health.column.unit")), min_width=14, max_width=30)
    for name in told:
        table.add_column(Text(text(f"health.column.{name}")), justify="right")
    nothing = no_dossiers_text(report)
    for item in sorted(report["items"], key=_worst_first):
        table.add_row(*_cells(item, told, nothing), style="" if item["received"] else "dim")
    if report["total"] > 1:
        table.add_section()
        table.add_row(*_cells(report["totals"], told, nothing), style="bold")
    return table


def _is_published(report: Mapping[str, Any]) -> bool:
    return any(item["portal_due"] for item in (report["totals"], *report["items"]))


def _worst_first(item: Mapping[str, Any]) -> tuple[bool, float, int, float, str]:
    """Units that received nothing have no rate and come last."""
    synced = _share(item["on_portal"], item["received"])
    missing = _share(item["events_missing"], item["events_told"])
    return synced is None, synced or 0.0, -(item["lag_p95"] or 0), -(missing or 0.0), item["code"]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _cells(item: Mapping[str, Any], columns: Iterable[str], nothing: str) -> list[RenderableType]:
    kept = item["filed_online"] - item["received_late"]
    rate = _share(item["on_portal"], item["received"])
    cells: dict[str, RenderableType] = {
        "rate": nothing if rate is None else percent(rate),
        "counts": _fraction(item["on_portal"], item["received"]),
        "published": _published(item),
        "lag_p50": _length(item["lag_p50"]),
        "lag_p95": _length(item["lag_p95"]),
        "waiting": number(item["lag_waiting"]),
        "events": _percent(item["events_missing"], item["events_told"]),
        "open": number(item["open_discrepancies"]),
        "ages": _ages(item),
        "reception": _percent(kept, item["filed_online"]),
    }
    return [Text(item["name"]), *(cells[name] for name in columns)]


def _fraction(part: int, whole: int) -> str:
    return f"{number(part)}/{number(whole)}" if whole else ""


def _published(item: Mapping[str, Any]) -> str:
    synced, due = item["portal_synced"], item["portal_due"]
    if synced is None or due is None:
        return text("health.unknown")
    return percent(synced / due) if due else _no_dossiers()


def _no_dossiers() -> str:
    return text("health.no_dossiers")


def _percent(part: int, whole: int) -> str:
    share = _share(part, whole)
    return text("health.unknown") if share is None else percent(share)


def _length(seconds: int | None) -> str:
    return text("health.unknown") if seconds is None else duration(timedelta(seconds=seconds))


def _ages(item: Mapping[str, Any]) -> RenderableType:
    """The median age and the greatest; one where they are the same, nothing where all are new."""
    if not item["age_max"]:
        return ""
    return Packed(tuple(dict.fromkeys((_length(item["age_p50"]), _length(item["age_max"])))))


def _notes(report: Mapping[str, Any]) -> list[str]:
    totals = report["totals"]
    complete = "complete" if report["complete"] else "incomplete"
    notes = [
        text("cli.reconcile.as_of", instant=instant(report["as_of"])),
        text(f"cli.reconcile.{complete}"),
    ]
    if totals["presumed"]:
        notes.append(text("health.presumed", count=number(totals["presumed"])))
    measured = totals["lag_samples"] + totals["lag_waiting"]
    notes.append(text("health.lag_bound") if measured else text("health.no_lag"))
    notes += [_readings(report["readings"]), text("health.open_kind")]
    return [*notes, *_published_notes(report)]


def _published_notes(report: Mapping[str, Any]) -> Iterator[str]:
    totals = report["totals"]
    if not _is_published(report):
        yield text("health.not_published")
    elif totals["portal_due"] and totals["portal_synced"] is not None:
        counts = _fraction(totals["portal_synced"], totals["portal_due"])
        yield text("health.published", unit=totals["name"], counts=counts, share=_published(totals))


def _readings(readings: Mapping[str, int | None]) -> str:
    count, gap = readings["count"] or 0, readings["usual_gap"]
    if gap is None:
        return text("health.readings_few", count=number(count))
    length = duration(timedelta(seconds=gap))
    return text("health.readings", count=number(count), gap=length)
