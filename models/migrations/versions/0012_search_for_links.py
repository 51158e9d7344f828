"""What the search for dossiers under two codes knows of the one before, and what it proposed.

The index finds the records that agree in procedure and receipt: a search begins at what changed.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_record_receipt", "dossierrecord", ["received_at", "procedure"])
    op.create_table(
        "linksearch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("searched_at", sa.BigInteger(), nullable=False),
        sa.Column("receipts", sa.String(), nullable=False),
        sa.Column("crowded", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "linkwaiting",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_table(
        "linkmark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
