"""Which reconciliation found the open discrepancies last, kept once for a pair.

Each one wrote it into every row. What the rows tell already holds until they are looked at again.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "pairlook",
        sa.Column("province_source_id", sa.Integer(), nullable=False),
        sa.Column("portal_source_id", sa.Integer(), nullable=False),
        sa.Column("reconciliation_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["province_source_id"], ["source.id"]),
        sa.ForeignKeyConstraint(["portal_source_id"], ["source.id"]),
        sa.ForeignKeyConstraint(["reconciliation_id"], ["reconciliation.id"]),
        sa.PrimaryKeyConstraint("province_source_id", "portal_source_id"),
    )
    with op.batch_alter_table("discrepancy", schema=None) as rows:
        rows.alter_column(
            "last_seen_at",
            new_column_name="seen_until",
            existing_type=sa.BigInteger(),
            nullable=True,
        )
        rows.alter_column(
            "reconciliation_id",
            new_column_name="seen_by",
            existing_type=sa.Integer(),
            nullable=True,
        )
