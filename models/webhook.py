"""What other systems told us, for as long as it could be told once more by somebody else."""

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from models.columns import Instant


class SeenWebhook(SQLModel, table=True):
    """A webhook that has been acted on, by its signature; ``runs`` are what it put in the queue.

    The same one is not acted on again. From ``expires_at`` on its time stamp is too old to be
    accepted anyway, and the row may go.
    """

    source: str = Field(primary_key=True)
    signature: str = Field(primary_key=True)
    expires_at: datetime = Field(sa_type=Instant, index=True)
    runs: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
