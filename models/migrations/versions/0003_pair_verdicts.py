"""Pair verdicts: both sides of each dossier on the rungs of the bridge."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "pairstate",
        sa.Column("province_source_id", sa.Integer(), nullable=False),
        sa.Column("portal_source_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("brought_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["portal_source_id"],
            ["source.id"],
        ),
        sa.ForeignKeyConstraint(
            ["province_source_id"],
            ["source.id"],
        ),
        sa.PrimaryKeyConstraint("province_source_id", "portal_source_id"),
    )
    op.create_table(
        "pairverdict",
        sa.Column("province_source_id", sa.Integer(), nullable=False),
        sa.Column("portal_source_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("is_plain", sa.Boolean(), nullable=False),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.Column("is_presumed", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=True),
        sa.Column("home_unit", sa.String(), nullable=True),
        sa.Column("other_unit", sa.String(), nullable=True),
        sa.Column("own_counted_from", sa.BigInteger(), nullable=True),
        sa.Column("own_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("own_leaves_at", sa.BigInteger(), nullable=True),
        sa.Column("own_late_from", sa.BigInteger(), nullable=True),
        sa.Column("own_absent_from", sa.BigInteger(), nullable=True),
        sa.Column("own_absent_until", sa.BigInteger(), nullable=True),
        sa.Column("own_looks_ahead", sa.Boolean(), nullable=False),
        sa.Column("own_waiting", sa.Boolean(), nullable=False),
        sa.Column("own_weight", sa.Integer(), nullable=False),
        sa.Column("home_counted_from", sa.BigInteger(), nullable=True),
        sa.Column("home_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("home_leaves_at", sa.BigInteger(), nullable=True),
        sa.Column("home_late_from", sa.BigInteger(), nullable=True),
        sa.Column("home_absent_from", sa.BigInteger(), nullable=True),
        sa.Column("home_absent_until", sa.BigInteger(), nullable=True),
        sa.Column("home_looks_ahead", sa.Boolean(), nullable=False),
        sa.Column("home_waiting", sa.Boolean(), nullable=False),
        sa.Column("home_weight", sa.Integer(), nullable=False),
        sa.Column("other_counted_from", sa.BigInteger(), nullable=True),
        sa.Column("other_ends_at", sa.BigInteger(), nullable=True),
        sa.Column("other_leaves_at", sa.BigInteger(), nullable=True),
        sa.Column("other_late_from", sa.BigInteger(), nullable=True),
        sa.Column("other_absent_from", sa.BigInteger(), nullable=True),
        sa.Column("other_absent_until", sa.BigInteger(), nullable=True),
        sa.Column("other_looks_ahead", sa.Boolean(), nullable=False),
        sa.Column("other_waiting", sa.Boolean(), nullable=False),
        sa.Column("other_weight", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_id"],
            ["dossier.id"],
        ),
        sa.ForeignKeyConstraint(
            ["portal_source_id"],
            ["source.id"],
        ),
        sa.ForeignKeyConstraint(
            ["province_source_id"],
            ["source.id"],
        ),
        sa.PrimaryKeyConstraint("province_source_id", "portal_source_id", "dossier_id"),
    )
    with op.batch_alter_table("pairverdict", schema=None) as batch_op:
        batch_op.create_index("ix_pair_dossier", ["dossier_id"], unique=False)
        batch_op.create_index("ix_pair_stale", ["is_stale"], unique=False)

    with op.batch_alter_table("dossierrecord", schema=None) as batch_op:
        batch_op.create_index("ix_record_gone", ["source_id", "gone_at"], unique=False)
        batch_op.create_index("ix_record_observed", ["source_id", "observed_at"], unique=False)

    with op.batch_alter_table("lookupanswer", schema=None) as batch_op:
        batch_op.create_index("ix_lookup_asked", ["source_id", "asked_at"], unique=False)
        batch_op.create_index("ix_lookup_dossier", ["dossier_id", "source_id"], unique=False)
        batch_op.drop_index(batch_op.f("ix_lookupanswer_dossier_id"))

    _prepare_for_pruning()


# What PostgreSQL called the unnamed constraint of 0001; SQLite is told to call it the same.
_NAMES = {"uq": "%(table_name)s_%(column_0_N_name)s_key"}
_REFERRING = (
    ("lookupanswer", "run_id"),
    ("publishedcount", "run_id"),
    ("publishedfigure", "run_id"),
    ("discrepancy", "reconciliation_id"),
)


def _prepare_for_pruning() -> None:
    op.create_table(
        "prunemark",
        sa.Column("kept", sa.String(), nullable=False),
        sa.Column("horizon", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kept"),
    )
    for table, column in _REFERRING:
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
    with op.batch_alter_table("quarantine", naming_convention=_NAMES) as batch_op:
        batch_op.drop_constraint("quarantine_source_id_row_key", type_="unique")
    op.create_index(
        "ix_quarantine_waiting",
        "quarantine",
        ["source_id", "row"],
        unique=True,
        sqlite_where=sa.text("solved_at IS NULL"),
        postgresql_where=sa.text("solved_at IS NULL"),
    )


def _undo_preparing_for_pruning() -> None:
    op.drop_index("ix_quarantine_waiting", table_name="quarantine")
    # Only one row of each can stay: the latest.
    op.execute(
        "DELETE FROM quarantine WHERE id NOT IN"
        " (SELECT MAX(id) FROM quarantine GROUP BY source_id, row)"
    )
    with op.batch_alter_table("quarantine") as batch_op:
        batch_op.create_unique_constraint("quarantine_source_id_row_key", ["source_id", "row"])
    for table, column in reversed(_REFERRING):
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    op.drop_table("prunemark")


def downgrade() -> None:
    _undo_preparing_for_pruning()
    with op.batch_alter_table("lookupanswer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_lookupanswer_dossier_id"), ["dossier_id"], unique=False
        )
        batch_op.drop_index("ix_lookup_dossier")
        batch_op.drop_index("ix_lookup_asked")

    with op.batch_alter_table("dossierrecord", schema=None) as batch_op:
        batch_op.drop_index("ix_record_observed")
        batch_op.drop_index("ix_record_gone")

    with op.batch_alter_table("pairverdict", schema=None) as batch_op:
        batch_op.drop_index("ix_pair_stale")
        batch_op.drop_index("ix_pair_dossier")

    op.drop_table("pairverdict")
    op.drop_table("pairstate")
