"""The national catalogue of administrative procedures, as far as counting needs it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import Instant


class Procedure(SQLModel, table=True):
    """A procedure as the national catalogue tells it.

    ``limit_text`` are its statutory limits in the catalogue's own words, parted by "; "; what they
    mean is read anew each time, for it depends on settings. ``listed_at`` is when the list last
    had it, ``read_at`` when it was last asked for by itself: None while only the list is known.
    ``known`` is False where the catalogue answered that it does not know the code.
    """

    code: str = Field(primary_key=True)
    name: str
    field: str = ""
    known: bool = True
    limit_text: str | None = None
    listed_at: datetime | None = Field(default=None, sa_type=Instant)
    read_at: datetime | None = Field(default=None, sa_type=Instant)
