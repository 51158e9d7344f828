"""An index by which what waits in quarantine is counted and found by its reason."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_WAITING = sa.text("solved_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_quarantine_reason",
        "quarantine",
        ["source_id", "reason", "id"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
