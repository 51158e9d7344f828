"""What operators, or rules that leave no doubt, decided about names and codes."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import Instant, member_of
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
