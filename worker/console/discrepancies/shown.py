"""What of discrepancies is shown: in pages, in files, in the API."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from models.types import Cause
from worker.bootstrap import Services
from worker.console.calls import Listing
from worker.console.discrepancies.asked import Asked, wanted_of
from worker.console.discrepancies.told import DiscrepancyTold, discrepancy_told
from worker.core.access import Who
from worker.db import discrepancies, discrepancy_list
from worker.db.discrepancy_list import Sum
from worker.db.sources import source_names
from worker.errors import NotFoundError
from worker.i18n import text
from worker.render.explanation_unit import difference

Names = Mapping[str | None, str]

_NOTHING: Final = Sum(0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How a list is sorted, and which part of it is shown."""

    sort: str = "opened_at"
    descending: bool = True
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A part of what was asked for.

    ``total`` is all of it and what that adds to the late count, ``causes`` the same by cause, the
    most first, whichever is asked for. ``unit`` is the code of the one asked for.
    """

    items: Sequence[DiscrepancyTold]
    total: Sum
    causes: Mapping[Cause, Sum]
    unit: str | None

    @property
    def listing(self) -> Listing[DiscrepancyTold]:
        """The same as the API tells it."""
        return Listing(total=self.total.count, items=self.items)


def found_of(services: Services, who: Who, asked: Asked, order: Order, now: datetime) -> Found:
    """A part of the discrepancies that ``who`` asks for.

    Raises:
        NotFoundError: the unit is none that they see.
    """
    with Session(services.engine) as session:
        sources = source_names(session)
        wanted = wanted_of(services, sources, who, asked, now)
        causes = discrepancy_list.by_cause(session, wanted)
        rows = discrepancy_list.part_of_list(
            session,
            wanted,
            sort=order.sort,
            descending=order.descending,
            limit=order.limit,
            offset=order.offset,
        )
        items = [discrepancy_told(row, sources, who) for row in rows]
    told = [causes.get(asked.cause, _NOTHING)] if asked.cause else list(causes.values())
    total = Sum(sum(each.count for each in told), sum(each.contribution for each in told))
    most = dict(sorted(causes.items(), key=lambda each: -each[1].count))
    return Found(items=items, total=total, causes=most, unit=wanted.unit)


def one_of(services: Services, who: Who, number: int) -> DiscrepancyTold:
    """One discrepancy.

    Raises:
        NotFoundError: there is none of this number that ``who`` sees.
    """
    with Session(services.engine) as session:
        row = discrepancies.get(session, number)
        if not (who.sees(row.unit) or who.sees(row.portal_unit)):
            raise NotFoundError("discrepancy_not_found", discrepancy=number)
        return discrepancy_told(row, source_names(session), who)


def names_of(services: Services) -> Names:
    """By code what units are called in tables; None is one that somebody doesn't see."""
    known: dict[str | None, str] = {
        each.code: each.short_name or each.name for each in services.directory.units
    }
    return known | {None: text("pages.discrepancies.other_unit")}


def headings() -> list[str]:
    """What the columns of the file are called."""
    return [text(f"pages.discrepancies.column.{name}") for name in _COLUMNS]


def rows_of(
    session: Session, services: Services, who: Who, asked: Asked, order: Order, now: datetime
) -> Iterator[Sequence[object]]:
    """All that is asked for, as rows of the file."""
    sources, names = source_names(session), names_of(services)
    wanted = wanted_of(services, sources, who, asked, now)
    for row in discrepancy_list.every(
        session, wanted, sort=order.sort, descending=order.descending
    ):
        yield _cells(discrepancy_told(row, sources, who), names, wanted.unit)


_COLUMNS: Final = (
    "dossier",
    "unit_code",
    "unit",
    "portal_unit",
    "cause",
    "kind",
    "contribution",
    "difference",
    "flags",
    "opened_at",
    "last_seen_at",
    "closed_at",
    "state",
    "acknowledged_by",
    "acknowledged_at",
    "note",
    "advice",
    "sources",
)


def _cells(told: DiscrepancyTold, names: Names, unit: str | None) -> Sequence[object]:
    return (
        told.dossier,
        told.unit,
        names.get(told.unit, told.unit),
        names.get(told.portal_unit, told.portal_unit),
        text(f"causes.label.{told.cause}"),
        text(f"states.kind.{told.kind}"),
        told.part_of(unit),
        difference_of(told),
        "; ".join(text(f"flags.{flag}") for flag in told.flags),
        told.opened_at,
        told.last_seen_at,
        told.closed_at,
        text(f"states.discrepancy.{told.state}"),
        told.acknowledged_by,
        told.acknowledged_at,
        told.note,
        text(f"causes.advice.{told.cause}"),
        " – ".join(told.sources),
    )


def difference_of(told: DiscrepancyTold) -> str:
    """The fields at fault with the value of either side."""
    return difference({"fields": told.fields, "flags": ()})
