"""The national catalogue of administrative procedures, as far as counting needs it."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from models.columns import Instant


class Procedure(SQLModel, table=True):
    """A procedure as the national catalogue tells it.

    ``limit_text`` are its statutory limits in the catalogue's own words, parted by "; "; what they
    mean is read anew each time, for it depends on settings. ``listed_at`` is when the list last
    had it, ``read_at`` when it was last asked for by itself: None while only the list is known.
    ``known`` is False where the catalogue answered that it does not know the code. ``parts`` are
    the parts it has, flags of ``worker.core.publication.Part``, None where it was not told.
    ``decision`` is the catalogue's own number of the decision that announces it, and
    ``decision_read_at`` when that one was last read.
    """

    code: str = Field(primary_key=True)
    name: str
    field: str = ""
    known: bool = True
    limit_text: str | None = None
    listed_at: datetime | None = Field(default=None, sa_type=Instant)
    read_at: datetime | None = Field(default=None, sa_type=Instant)
    parts: int | None = None
    decision: str | None = None
    decision_read_at: datetime | None = Field(default=None, sa_type=Instant)


class ProcedureDecision(SQLModel, table=True):
    """A decision that announces a procedure: what "published in time" is judged by.

    Days are local. ``public_on`` is when the procedure was made public under it, None while it is
    not, or where the catalogue does not say; ``by_ministry`` is None where it does not say whose
    decision it is, a ministry's or the province's.
    """

    procedure: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    decided_on: date | None = None
    effective_on: date | None = None
    public_on: date | None = None
    by_ministry: bool | None = None
    read_at: datetime = Field(sa_type=Instant)
