"""The procedures as their page shows them, without counting any dossiers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from models.catalogue import Procedure
from worker.bootstrap import Services
from worker.core.names import name_key, without_marks
from worker.core.procedures import CatalogueEntry, ProcedureOverview, overview
from worker.core.publication import Publication
from worker.core.times import month_of
from worker.db import catalogue
from worker.db.publication import found_publications


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProcedure:
    """A procedure: its limit and who tells it, and how it is announced and made public."""

    told: ProcedureOverview
    published: Publication


def procedures(
    services: Services, wanted: str, part: slice
) -> tuple[int, Sequence[ShownProcedure]]:
    """Those of the province's table, those dossiers bear, and those it announced itself.

    What the national catalogue was asked for one by one is what dossiers bear, so nothing has to be
    counted here.

    Args:
        services: Where they are known.
        wanted: A part of a code or of a name, with or without its marks; empty: all.
        part: Which of them, in the order of their codes.

    Returns:
        How many there are, and those of the part.
    """
    province, now = services.province, services.clock()
    with Session(services.engine) as session:
        entries = {row.code: _entry(row) for row in catalogue.asked_procedures(session)}
        own = {each.procedure for each in province.decisions}
        codes = {*entries, *own, *(each.code for each in province.procedures)}
        nothing = dict.fromkeys(codes, (0, 0))
        plain_days = services.settings.rules.portal.plain_days
        rows = overview(province.procedures, nothing, entries, plain_days)
        found = [each for each in rows if _answers(each, wanted)]
        shown = found[part]
        published = _published(session, services, {each.code for each in shown}, now)
    return len(found), [ShownProcedure(told=each, published=published[each.code]) for each in shown]


def _published(
    session: Session, services: Services, codes: set[str], now: datetime
) -> dict[str, Publication]:
    found = found_publications(
        session,
        codes,
        month_of(now),
        services.statutes.calendar,
        now,
        services.province.decisions,
    )
    return {each.procedure: each for each in found}


def _entry(row: Procedure) -> CatalogueEntry:
    return CatalogueEntry(
        name=row.name,
        field=row.field,
        known=row.known,
        limit_text=row.limit_text,
        read_at=row.read_at,
    )


def _answers(told: ProcedureOverview, wanted: str) -> bool:
    return wanted in told.code or _plain(wanted) in _plain(told.name)


def _plain(name: str) -> str:
    return without_marks(name_key(name))
