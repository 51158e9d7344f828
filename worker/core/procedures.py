"""The procedures of a province side by side: its own table, the national catalogue, the records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.types import DayKind
from worker.core.limits import Limit, read_limits
from worker.core.reference import Procedure


class LimitSource(StrEnum):
    """Who tells the limit by which is counted."""

    FOLDER = "folder"
    CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """What the national catalogue says of a procedure, and when it said so.

    ``known`` is None where it has not been asked, nor its list been read.
    """

    name: str = ""
    field: str = ""
    known: bool | None = None
    limit_text: str | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureOverview:
    """One procedure: how many current records bear it, and the limit by which it is counted.

    ``limit_text`` are the catalogue's own words, also where the province's table stands before it.
    """

    code: str
    name: str
    field: str
    records: int
    without_due_date: int
    limit: Limit | None
    limit_source: LimitSource | None
    limit_text: str | None
    known: bool | None
    read_at: datetime | None


_NOTHING = CatalogueEntry()


def own_limits(own: Iterable[Procedure]) -> dict[str, Limit]:
    """The statutory maxima of the province's own table, which are in working days."""
    return {
        each.code: Limit(each.statutory_days, DayKind.WORKING)
        for each in own
        if each.statutory_days is not None
    }


def counted_limits(
    own: Iterable[Procedure], told: Mapping[str, str], plain_days: DayKind
) -> dict[str, Limit]:
    """The statutory maxima by which is counted, by procedure code.

    The portal counts by the national catalogue; what stands in the province's own table is the
    office's correction of it, and stands before it.

    Args:
        own: The province's table.
        told: The catalogue's own words, by code.
        plain_days: Which days a limit in plain "Ngày" counts.
    """
    read = {code: read_limits(text, plain_days).longest for code, text in told.items()}
    return {code: limit for code, limit in read.items() if limit is not None} | own_limits(own)


def overview(
    own: Sequence[Procedure],
    used: Mapping[str, tuple[int, int]],
    entries: Mapping[str, CatalogueEntry],
    plain_days: DayKind,
) -> list[ProcedureOverview]:
    """The procedures of the province's table and those that records bear.

    Args:
        own: The province's table.
        used: By code: how many records bear it, and how many of those have no due date.
        entries: What the national catalogue says, by code.
        plain_days: Which days a limit in plain "Ngày" counts.

    Returns:
        Those first whose limit matters: most records without a due date, then most records.
    """
    told = {code: entry.limit_text for code, entry in entries.items() if entry.limit_text}
    limits, settled = counted_limits(own, told, plain_days), own_limits(own)
    table = {each.code: each for each in own}
    found = [
        _one(
            code,
            used.get(code, (0, 0)),
            table.get(code),
            entries.get(code, _NOTHING),
            limits.get(code),
            LimitSource.FOLDER if code in settled else LimitSource.CATALOGUE,
        )
        for code in {**table, **used}
    ]
    return sorted(found, key=lambda each: (-each.without_due_date, -each.records, each.code))


def _one(
    code: str,
    used: tuple[int, int],
    own: Procedure | None,
    entry: CatalogueEntry,
    limit: Limit | None,
    source: LimitSource,
) -> ProcedureOverview:
    records, without_due_date = used
    return ProcedureOverview(
        code=code,
        name=(own.name if own else "") or entry.name,
        field=(own.field if own else "") or entry.field,
        records=records,
        without_due_date=without_due_date,
        limit=limit,
        limit_source=source if limit is not None else None,
        limit_text=entry.limit_text,
        known=entry.known,
        read_at=entry.read_at,
    )
