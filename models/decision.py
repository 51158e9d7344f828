"""What operators, or rules that leave no doubt, decided about names and codes."""

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from models.columns import BigKey, Instant, member_of
from models.types import LinkGround


class UnitAlias(SQLModel, table=True):
    """A unit's name as a source writes it, and which listed unit it means.

    ``key`` is what all spellings of the name have in common. ``applied_at`` is when what had been
    quarantined under that name was read again.
    """

    key: str = Field(primary_key=True)
    name: str
    unit: str
    by: str
    reason: str | None = None
    at: datetime = Field(sa_type=Instant)
    applied_at: datetime | None = Field(default=None, sa_type=Instant)


class CodeLink(SQLModel, table=True):
    """Two codes that are one dossier though no system says so.

    ``code`` sorts before ``other``. ``undone_at`` ends the link; it is not made again by itself.
    """

    code: str = Field(primary_key=True)
    other: str = Field(primary_key=True)
    ground: LinkGround = Field(sa_type=member_of(LinkGround))
    evidence: str
    by: str | None = None
    reason: str | None = None
    at: datetime = Field(sa_type=Instant)
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_by: str | None = None
    undone_reason: str | None = None


class LinkSearch(SQLModel, table=True):
    """The last search for dossiers under two codes; there is one row at most.

    ``basis`` tells which sources took part. ``receipts`` are procedure and second, as JSON, at
    which it saw records that could be put together: only there, and where something changed since
    ``searched_at``, may the next one see any. ``crowded`` are the records too alike to tell.
    """

    id: int = Field(primary_key=True)
    basis: str
    searched_at: datetime = Field(sa_type=Instant)
    receipts: str
    crowded: int


class LinkWaiting(SQLModel, table=True):
    """A pair that the last search proposed, in the order in which they are listed.

    ``told`` is the whole proposal as JSON.
    """

    position: int = Field(primary_key=True)
    told: str


class LinkMark(SQLModel, table=True):
    """A dossier that records came to or left since the last search: no time of it is kept.

    A row for each time, so that none is lost to a search that goes on meanwhile.
    """

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    dossier_id: int
