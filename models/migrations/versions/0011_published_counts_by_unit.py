"""An index by which a period's latest published counts are found, however often they change."""

from collections.abc import Sequence

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_publishedcount_of",
        "publishedcount",
        ["source_id", "period_from", "period_to", "unit", "observed_at"],
    )
