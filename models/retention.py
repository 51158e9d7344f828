"""What has been pruned from the store, and up to when."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import Instant, member_of
from models.types import Kept


class PruneMark(SQLModel, table=True):
    """Up to which instant one kind was pruned: what had ended by ``horizon`` may be missing.

    Written with the first row that goes and never moved back, so that a cut-off nobody can
    reproduce any more is known to be one. ``at`` is when it was last moved.
    """

    kept: Kept = Field(primary_key=True, sa_type=member_of(Kept))
    horizon: datetime = Field(sa_type=Instant)
    at: datetime = Field(sa_type=Instant)
