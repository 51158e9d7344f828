"""The rates of index 766 that are counted from dossiers."""

from sqlmodel import Field, SQLModel

from models.columns import member_of
from models.rates import Indicator
from models.types import Side


class IndicatorValue(SQLModel, table=True):
    """One indicator of one unit as one side's records give it, kept beside a reconciliation.

    ``unit`` is empty for the province as a whole. ``numerator`` of ``denominator`` dossiers meet
    it; a denominator of nought is "no dossiers", never a rate. ``untold`` further dossiers belong
    to the population, but the source does not say whether they meet it (or was not asked).
    """

    reconciliation_id: int = Field(primary_key=True, foreign_key="reconciliation.id")
    unit: str = Field(primary_key=True)
    side: Side = Field(primary_key=True, sa_type=member_of(Side))
    indicator: Indicator = Field(primary_key=True, sa_type=member_of(Indicator))
    numerator: int
    denominator: int
    untold: int = 0
