"""The national catalogue of administrative procedures, as far as counting needs it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import Instant, member_of
from models.types import DayKind


class Procedure(SQLModel, table=True):
    """A procedure as the national catalogue tells it, with its longest statutory limit.

    ``limit_days`` are days of the kind ``limit_kind``; None where the catalogue names no limit, or
    none that can be read. ``read_at`` is None while only the list of procedures is known.
    """

    code: str = Field(primary_key=True)
    name: str
    field: str = ""
    limit_days: int | None = None
    limit_kind: DayKind | None = Field(default=None, sa_type=member_of(DayKind))
    limit_text: str | None = None
    listed_at: datetime | None = Field(default=None, sa_type=Instant)
    read_at: datetime | None = Field(default=None, sa_type=Instant)
