"""The rows of runs become the queue; who changed what is kept."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    _queue()
    _audit()
    _outbox()
    _tallies()
    _lighten_pulls()
    _console()


def _console() -> None:
    op.create_table(
        "seenwebhook",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("runs", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("source", "signature"),
    )
    op.create_index("ix_seenwebhook_expires_at", "seenwebhook", ["expires_at"])
    op.create_index("ix_syncrun_last", "syncrun", ["source_id", "state", "id"])
    op.create_index("ix_syncrun_started", "syncrun", ["started_at"])
    op.create_index("ix_discrepancy_state_cause", "discrepancy", ["state", "cause"])


def _queue() -> None:
    with op.batch_alter_table("syncrun") as runs:
        runs.alter_column("source_id", existing_type=sa.Integer(), nullable=True)
        runs.add_column(sa.Column("queued_at", sa.BigInteger(), nullable=True))
        runs.add_column(
            sa.Column("partial", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        runs.add_column(sa.Column("slot", sa.String(), nullable=True))
        runs.add_column(sa.Column("journey", sa.Integer(), nullable=True))
        runs.add_column(sa.Column("wish", sa.JSON(), nullable=False, server_default="{}"))
        runs.add_column(sa.Column("stop", sa.String(), nullable=True))
        runs.add_column(sa.Column("done", sa.Integer(), nullable=False, server_default="0"))
        runs.add_column(sa.Column("total", sa.Integer(), nullable=True))
        runs.create_unique_constraint("uq_syncrun_slot", ["slot"])
        runs.create_index("ix_syncrun_journey", ["journey"])
    op.create_index(
        "ix_syncrun_computing",
        "syncrun",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'running' AND source_id IS NULL"),
        postgresql_where=sa.text("state = 'running' AND source_id IS NULL"),
    )


def _audit() -> None:
    op.create_table(
        "auditentry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_auditentry_at", "auditentry", ["at"])
    op.create_index("ix_auditentry_subject", "auditentry", ["subject"])


# What PostgreSQL called the unnamed constraints of 0001; SQLite is told to call them the same.
_FOREIGN_KEYS = {"fk": "%(table_name)s_%(column_0_name)s_fkey"}
# A pull enters millions of rows with keys that its own transaction has just made or read, and no
# row that they name is ever deleted beneath them. Asking again for every row took PostgreSQL as
# long as writing it; tests/db/test_references.py asks instead.
_UNCHECKED = {
    "dossiercode": ("dossier_id",),
    "dossierrecord": ("dossier_id", "source_id", "changed_run"),
    "progressevent": ("record_id",),
    "recordverdict": ("record_id",),
    "sighting": ("run_id",),
}


def _lighten_pulls() -> None:
    for table, columns in _UNCHECKED.items():
        with op.batch_alter_table(table, naming_convention=_FOREIGN_KEYS) as batch_op:
            for column in columns:
                batch_op.drop_constraint(f"{table}_{column}_fkey", type_="foreignkey")
    # No question was ever asked of these two.
    op.drop_index("ix_dossierrecord_changed_run", table_name="dossierrecord")
    op.drop_index("ix_verdict_late", table_name="recordverdict")
    # Hardly any record is gone.
    op.drop_index("ix_record_gone", table_name="dossierrecord")
    op.create_index(
        "ix_record_gone",
        "dossierrecord",
        ["source_id", "gone_at"],
        sqlite_where=sa.text("gone_at IS NOT NULL"),
        postgresql_where=sa.text("gone_at IS NOT NULL"),
    )


def _tallies() -> None:
    op.add_column("pairverdict", sa.Column("turns_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE pairverdict SET turns_at = 0")
    pair = ["province_source_id", "portal_source_id"]
    op.create_index("ix_pair_turns", "pairverdict", [*pair, "turns_at"])
    op.create_index(
        "ix_pair_entangled",
        "pairverdict",
        [*pair, "dossier_id"],
        sqlite_where=sa.text("NOT is_plain"),
        postgresql_where=sa.text("NOT is_plain"),
    )
    # Each reconciliation confirms every open discrepancy. With no index on what it writes, and room
    # beside the row, PostgreSQL leaves the other indexes alone. Pruning, which asks by it, waits.
    op.drop_index("ix_discrepancy_reconciliation_id", table_name="discrepancy")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE discrepancy SET (fillfactor = 50)")
    op.create_table(
        "pairtally",
        *_key_of_pair(),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("span", sa.String(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("known_round", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(*pair),
    )
    op.create_table(
        "pairpart",
        *_key_of_pair(),
        sa.Column("dossier_id", sa.Integer(), sa.ForeignKey("dossier.id"), nullable=False),
        sa.Column("turns_at", sa.BigInteger(), nullable=True),
        sa.Column("has_rule", sa.Boolean(), nullable=False),
        sa.Column("has_data", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(*pair, "dossier_id"),
    )
    op.create_index("ix_part_dossier", "pairpart", ["dossier_id"])
    op.create_index("ix_part_turns", "pairpart", [*pair, "turns_at"])
    op.create_index("ix_part_round", "pairpart", [*pair, "round"])


def _key_of_pair() -> list[sa.Column[int]]:
    return [
        sa.Column(name, sa.Integer(), sa.ForeignKey("source.id"), nullable=False)
        for name in ("province_source_id", "portal_source_id")
    ]


def _undo_tallies() -> None:
    op.create_index("ix_discrepancy_reconciliation_id", "discrepancy", ["reconciliation_id"])
    op.drop_index("ix_pair_entangled", table_name="pairverdict")
    op.drop_table("pairpart")
    op.drop_table("pairtally")
    op.drop_index("ix_pair_turns", table_name="pairverdict")
    with op.batch_alter_table("pairverdict") as verdicts:
        verdicts.drop_column("turns_at")


def downgrade() -> None:
    _undo_tallies()


def _outbox() -> None:
    op.create_table(
        "outboundmessage",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "target", "subject", name="uq_outboundmessage_subject"),
    )
    op.create_index(
        "ix_outboundmessage_line", "outboundmessage", ["state", "channel", "target", "id"]
    )
