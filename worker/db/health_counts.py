"""Health counted inside the database: what dossiers in the usual shape say, and which are not."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import text, union
from sqlmodel import Session, col, select

from models.dossier import DossierCode, DossierRecord
from worker.core.health import Signs, Yardstick
from worker.core.reception import reception_between
from worker.db import health_sql, quarantine
from worker.db.bulk import among, seconds
from worker.db.cases import Sides
from worker.db.stored import listed

_GIVEN = {
    "sqlite": "json_each(:ids)",
    "postgresql": "json_array_elements_text(CAST(:ids AS json))",
}
# An instant is told only where it makes a difference: what says the same is counted as one.
_TOLD = """
    SELECT unusual, unit, on_portal, presumed, events_missing,
        CASE WHEN {is_prompt} THEN 0 END AS late,
        CASE WHEN {is_prompt} THEN NULL ELSE filed END AS filed,
        CASE WHEN {is_prompt} OR filed IS NULL THEN NULL ELSE answered END AS answered
    FROM (
        SELECT CASE WHEN {is_usual} THEN NULL ELSE dossier.id END AS unusual,
            {unit} AS unit, {on_portal} AS on_portal, {presumed} AS presumed,
            {events_missing} AS events_missing, {filed} AS filed, {answered} AS answered
        FROM (SELECT CAST(value AS integer) AS id FROM {given} AS given) AS dossier
        LEFT JOIN dossierrecord AS home
            ON home.dossier_id = dossier.id AND home.source_id = :home
        LEFT JOIN dossierrecord AS other
            ON other.dossier_id = dossier.id AND other.source_id = :other
    ) AS told"""
_GROUPED = "SELECT *, count(*) FROM ({told}) AS each_one GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"


class Told(NamedTuple):
    """What dossiers say alike, or the id of one that is not in the usual shape (``unusual``).

    Of a reception that only the calendar can tell late or not the instants are told, in seconds.
    """

    unusual: int | None
    unit: str | None
    on_portal: int | None
    presumed: int
    events_missing: int | None
    late: int | None
    filed: int | None
    answered: int | None

    def signs(self, by: Yardstick) -> Signs | None:
        """What each of them says; None where nobody has it."""
        if self.unit is None:
            return None
        return Signs(
            unit=self.unit,
            on_portal=_flag(self.on_portal),
            presumed=bool(self.presumed),
            events_missing=_flag(self.events_missing),
            received_late=_flag(self.late) if self.filed is None else self._late(self.filed, by),
        )

    def _late(self, filed: int, by: Yardstick) -> bool:
        answered = None if self.answered is None else _at(self.answered)
        return reception_between(_at(filed), answered, by.calendar, by.hours, by.as_of).late


def _flag(told: int | None) -> bool | None:
    return None if told is None else bool(told)


def _at(told: int) -> datetime:
    return datetime.fromtimestamp(told, UTC)


def count(
    session: Session, sides: Sides, by: Yardstick, dossiers: Sequence[int]
) -> Iterator[tuple[Told, int]]:
    """What some dossiers say, and how many say so; ``sides`` are compared on everything.

    One statement tells which are usual and what these say, so that each is in one of the two
    whatever is written meanwhile. One of another shape may be told twice.
    """
    values = _values(sides, by) | {"ids": listed(dossiers)}
    connection = session.connection()
    query = _query(connection.dialect.name, sides.source_ids)
    if connection.dialect.name == "postgresql":
        rows = connection.execute(text(_GROUPED.format(told=query)), values)
        yield from ((Told(*told), number) for *told, number in rows)
        return
    # SQLite sorts what it groups; counting row by row takes half the time.
    driver: Any = connection.connection.driver_connection
    for told, number in Counter(driver.execute(query, values)).items():
        yield Told(*told), number


@lru_cache(maxsize=8)
def _query(dialect: str, sources: Sequence[int]) -> str:
    return _TOLD.format(
        given=_GIVEN[dialect],
        is_usual=health_sql.is_usual(sources),
        is_prompt=health_sql.is_prompt(),
        unit=health_sql.unit(),
        on_portal=health_sql.on_portal(),
        presumed=health_sql.presumed(),
        events_missing=health_sql.events_missing(),
        filed=health_sql.filed(),
        answered=health_sql.answered(),
    )


def _values(sides: Sides, by: Yardstick) -> dict[str, Any]:
    known = sides.as_of if sides.known_by is None else min(sides.as_of, sides.known_by)
    return {
        "home": sides.province_id,
        "other": sides.portal_id,
        "start": seconds(by.span.start),
        "cutoff": seconds(by.span.cutoff),
        "known": seconds(known),
        "read": seconds(next(iter(by.readings.ended), None)),
    }


def unreadable(session: Session, sides: Sides) -> set[int]:
    """The dossiers of which a row lay in quarantine: no statement here knows of that."""
    rows, codes = quarantine.unreadable_rows(session, sides.source_ids, sides.as_of)
    query = union(
        select(DossierCode.dossier_id).where(among(session, DossierCode.code, codes)),
        select(DossierRecord.dossier_id).where(
            col(DossierRecord.source_id).in_(sides.source_ids),
            among(session, DossierRecord.external_id, rows),
        ),
    )
    return set(session.connection().execute(query).scalars())
