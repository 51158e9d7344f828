"""What the national portal publishes about its own evaluation (index 766), kept as it was shown."""

from datetime import date, datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from models.columns import BigKey, Instant


class PublishedFigure(SQLModel, table=True):
    """One metric of one unit for one period, as a source showed it at one instant.

    ``unit`` is empty for the province as a whole, ``procedure`` empty for all procedures together.
    ``group`` is a code of index 766 (CKMB, TDGQ ...), empty for the total. Ratio and scores are
    decimal text exactly as shown: a published score is never replaced by a computed one.
    ``generation`` tells the portal's interface: ``reporting`` (since 2026) or ``legacy``.
    """

    __table_args__ = (
        Index("ix_figure_of", "source_id", "period_from", "period_to", "metric", "unit"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigKey, primary_key=True))
    source_id: int = Field(foreign_key="source.id")
    run_id: int = Field(foreign_key="syncrun.id", index=True)
    generation: str
    period_from: date
    period_to: date
    unit: str
    procedure: str = ""
    group: str
    metric: str
    observed_at: datetime = Field(sa_type=Instant)
    numerator: int | None = None
    denominator: int | None = None
    ratio: str | None = None
    score: str | None = None
    max_score: str | None = None
    quality: str | None = None
