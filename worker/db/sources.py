"""The table of sources."""

from sqlmodel import Session, col, select

from models.source import Source
from models.types import Side
from worker.db.turns import one_by_one
from worker.errors import NotFoundError


def ensure_source(session: Session, *, name: str, side: Side, kind: str, rule: str) -> int:
    """The id of the source called ``name``, entered or brought up to date as configured."""
    named = select(Source).where(Source.name == name)
    source = session.exec(named).one_or_none()
    if source is None:
        # Another process may be entering it just now.
        one_by_one(session)
        source = session.exec(named).one_or_none()
    if source is None:
        source = Source(name=name, side=side, kind=kind, rule=rule)
    source.side, source.kind, source.rule = side, kind, rule
    session.add(source)
    session.flush()
    return identity(source.id)


def list_sources(session: Session) -> list[Source]:
    """All sources, in the order in which they were entered."""
    return list(session.exec(select(Source).order_by(col(Source.id))))


def source_names(session: Session) -> dict[int, str]:
    """Names of all sources by id."""
    return {identity(each.id): each.name for each in session.exec(select(Source))}


def source_sides(session: Session) -> dict[int, Side]:
    """The side of each source by id."""
    return {identity(each.id): each.side for each in session.exec(select(Source))}


def source_id(session: Session, name: str) -> int:
    """The id of a source; NotFoundError where there is none of that name."""
    found = session.exec(select(Source.id).where(Source.name == name)).one_or_none()
    if found is None:
        raise NotFoundError("source_unknown", source=name)
    return found


def identity(key: int | None) -> int:
    """The key of a stored row."""
    if key is None:
        message = "the row has not been stored yet"
        raise AssertionError(message)
    return key
