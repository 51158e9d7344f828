"""Published figures, the procedure catalogue, decisions on names and codes, sync health."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "codelink",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.Column("undone_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("code", "other"),
    )
    op.create_table(
        "procedure",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("limit_text", sa.String(), nullable=True),
        sa.Column("listed_at", sa.BigInteger(), nullable=True),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "unitalias",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "publishedfigure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=True),
        sa.Column("denominator", sa.Integer(), nullable=True),
        sa.Column("ratio", sa.String(), nullable=True),
        sa.Column("score", sa.String(), nullable=True),
        sa.Column("max_score", sa.String(), nullable=True),
        sa.Column("quality", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["syncrun.id"],
        ),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("publishedfigure", schema=None) as batch_op:
        batch_op.create_index(
            "ix_figure_of",
            ["source_id", "period_from", "period_to", "metric", "unit"],
            unique=False,
        )

    op.create_table(
        "synchealth",
        sa.Column("reconciliation_id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("on_portal", sa.Integer(), nullable=False),
        sa.Column("presumed", sa.Integer(), nullable=False),
        sa.Column("lag_samples", sa.Integer(), nullable=False),
        sa.Column("lag_waiting", sa.Integer(), nullable=False),
        sa.Column("lag_p50", sa.Integer(), nullable=True),
        sa.Column("lag_p95", sa.Integer(), nullable=True),
        sa.Column("events_told", sa.Integer(), nullable=False),
        sa.Column("events_missing", sa.Integer(), nullable=False),
        sa.Column("open_discrepancies", sa.Integer(), nullable=False),
        sa.Column("age_p50", sa.Integer(), nullable=True),
        sa.Column("age_max", sa.Integer(), nullable=True),
        sa.Column("filed_online", sa.Integer(), nullable=False),
        sa.Column("received_late", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"],
            ["reconciliation.id"],
        ),
        sa.PrimaryKeyConstraint("reconciliation_id", "unit"),
    )
    with op.batch_alter_table("publishedcount", schema=None) as batch_op:
        batch_op.add_column(sa.Column("resolved_late", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("publishedcount", schema=None) as batch_op:
        batch_op.drop_column("resolved_late")
    op.drop_table("synchealth")
    with op.batch_alter_table("publishedfigure", schema=None) as batch_op:
        batch_op.drop_index("ix_figure_of")

    op.drop_table("publishedfigure")
    op.drop_table("unitalias")
    op.drop_table("procedure")
    op.drop_table("codelink")
