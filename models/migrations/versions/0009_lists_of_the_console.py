"""Indexes by which the console lists discrepancies and the dossiers behind a late count."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_RUNGS = {"own": "home", "home": "home", "other": "other"}


def upgrade() -> None:
    _discrepancies()
    _late_ones()


def _discrepancies() -> None:
    of_pair = ["state", "province_source_id", "portal_source_id"]
    op.create_index("ix_discrepancy_summed", "discrepancy", [*of_pair, "cause", "contribution"])
    op.create_index("ix_discrepancy_opened", "discrepancy", [*of_pair, "opened_at"])
    op.create_index("ix_discrepancy_portal_unit", "discrepancy", ["portal_unit"])


def _late_ones() -> None:
    for rung, unit in _RUNGS.items():
        told = sa.text(f"{rung}_late_from IS NOT NULL")
        op.create_index(
            f"ix_pair_{rung}_late",
            "pairverdict",
            ["province_source_id", "portal_source_id", f"{unit}_unit", f"{rung}_late_from"],
            sqlite_where=told,
            postgresql_where=told,
        )
