"""What two sources' records of one dossier say of its lateness, side by side."""

from datetime import datetime

from sqlalchemy import JSON, Column, Index, text
from sqlmodel import Field, SQLModel

from models.columns import Instant

# The rungs of a pair's bridge, and whose unit counts on each.
_RUNGS = {"own": "home", "home": "home", "other": "other"}


def _of_late_ones(rung: str, unit: str) -> Index:
    told = text(f"{rung}_late_from IS NOT NULL")
    return Index(
        f"ix_pair_{rung}_late",
        "province_source_id",
        "portal_source_id",
        f"{unit}_unit",
        f"{rung}_late_from",
        sqlite_where=told,
        postgresql_where=told,
    )


class PairState(SQLModel, table=True):
    """Up to which instant a pair's verdicts were brought, and on what they rest.

    ``basis`` is a hash over rules, calendar and limits: where it changes, all are judged anew.
    ``newest_run`` was the newest run then, and ``unfinished`` are those that had not ended: what
    these and later ones wrote may not have been seen yet.
    """

    province_source_id: int = Field(primary_key=True, foreign_key="source.id")
    portal_source_id: int = Field(primary_key=True, foreign_key="source.id")
    basis: str
    brought_at: datetime = Field(sa_type=Instant)
    newest_run: int = 0
    unfinished: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class PairVerdict(SQLModel, table=True):
    """One dossier on the three rungs of a pair's bridge, as it is known now.

    ``own_…``: the record at home by the home rule; ``home_…``: the same by the other side's rule,
    what home can't tell taken from there; ``other_…``: the other side's record by its rule. The
    fields are those of a verdict. ``is_plain`` is False where a side holds the dossier twice, or
    line-ministry software holds it: such a one has no figures here and is compared by itself.
    ``is_stale`` is set where a record left the dossier for another one. Units are as the records
    say them, before any successor is put in their place.

    ``turns_at`` is the first of its instants after the one up to which it was counted last: from
    then on it counts otherwise. None where there is none, 1970 where it was not counted yet.
    """

    __table_args__ = (
        Index("ix_pair_dossier", "dossier_id"),
        Index("ix_pair_stale", "is_stale"),
        Index("ix_pair_turns", "province_source_id", "portal_source_id", "turns_at"),
        Index(
            "ix_pair_entangled",
            "province_source_id",
            "portal_source_id",
            "dossier_id",
            sqlite_where=text("NOT is_plain"),
            postgresql_where=text("NOT is_plain"),
        ),
        # For the dossiers behind a late count: few are ever late, or not in time yet.
        *(_of_late_ones(rung, unit) for rung, unit in _RUNGS.items()),
    )

    province_source_id: int = Field(primary_key=True, foreign_key="source.id")
    portal_source_id: int = Field(primary_key=True, foreign_key="source.id")
    dossier_id: int = Field(primary_key=True, foreign_key="dossier.id")
    is_plain: bool
    is_stale: bool = False
    is_presumed: bool
    turns_at: datetime | None = Field(default=None, sa_type=Instant)
    received_at: datetime | None = Field(default=None, sa_type=Instant)
    home_unit: str | None = None
    other_unit: str | None = None
    own_counted_from: datetime | None = Field(default=None, sa_type=Instant)
    own_ends_at: datetime | None = Field(default=None, sa_type=Instant)
    own_leaves_at: datetime | None = Field(default=None, sa_type=Instant)
    own_late_from: datetime | None = Field(default=None, sa_type=Instant)
    own_absent_from: datetime | None = Field(default=None, sa_type=Instant)
    own_absent_until: datetime | None = Field(default=None, sa_type=Instant)
    own_looks_ahead: bool = False
    own_waiting: bool = False
    own_weight: int = 1
    home_counted_from: datetime | None = Field(default=None, sa_type=Instant)
    home_ends_at: datetime | None = Field(default=None, sa_type=Instant)
    home_leaves_at: datetime | None = Field(default=None, sa_type=Instant)
    home_late_from: datetime | None = Field(default=None, sa_type=Instant)
    home_absent_from: datetime | None = Field(default=None, sa_type=Instant)
    home_absent_until: datetime | None = Field(default=None, sa_type=Instant)
    home_looks_ahead: bool = False
    home_waiting: bool = False
    home_weight: int = 1
    other_counted_from: datetime | None = Field(default=None, sa_type=Instant)
    other_ends_at: datetime | None = Field(default=None, sa_type=Instant)
    other_leaves_at: datetime | None = Field(default=None, sa_type=Instant)
    other_late_from: datetime | None = Field(default=None, sa_type=Instant)
    other_absent_from: datetime | None = Field(default=None, sa_type=Instant)
    other_absent_until: datetime | None = Field(default=None, sa_type=Instant)
    other_looks_ahead: bool = False
    other_waiting: bool = False
    other_weight: int = 1


class PairTally(SQLModel, table=True):
    """What a pair's dossiers add up to, as they were counted last: so that only news is counted.

    ``basis`` is a hash over all it rests on but the verdicts: window, rules, grace, successors.
    ``span`` are the first second, the cut-off and the end of what was counted, ``told`` the sums,
    both as JSON. It holds every row of PairVerdict that was counted and every PairPart. ``round``
    grows each time; the discrepancies know all parts up to ``known_round``.
    """

    province_source_id: int = Field(primary_key=True, foreign_key="source.id")
    portal_source_id: int = Field(primary_key=True, foreign_key="source.id")
    basis: str
    as_of: datetime = Field(sa_type=Instant)
    span: str
    told: str
    round: int = 0
    known_round: int = 0


class PairPart(SQLModel, table=True):
    """What a dossier that was compared by itself adds to a pair's tally, and what was found.

    ``told`` is that as JSON; ``has_rule`` and ``has_data`` say of which kind there is a finding, of
    data only where the dossier is not presumed.
    ``turns_at`` is the first instant at which comparing again may give something else, ``round``
    that of the tally in which it was compared.
    """

    __table_args__ = (
        Index("ix_part_dossier", "dossier_id"),
        Index("ix_part_turns", "province_source_id", "portal_source_id", "turns_at"),
        Index("ix_part_round", "province_source_id", "portal_source_id", "round"),
    )

    province_source_id: int = Field(primary_key=True, foreign_key="source.id")
    portal_source_id: int = Field(primary_key=True, foreign_key="source.id")
    dossier_id: int = Field(primary_key=True, foreign_key="dossier.id")
    turns_at: datetime | None = Field(default=None, sa_type=Instant)
    has_rule: bool
    has_data: bool
    round: int
    told: str
