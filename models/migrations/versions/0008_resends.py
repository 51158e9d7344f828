"""Requests to have dossiers sent to the portal again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    _requests()
    _items()


def _requests() -> None:
    op.create_table(
        "resendrequest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), sa.ForeignKey("source.id"), nullable=False),
        sa.Column("portal_source_id", sa.Integer(), sa.ForeignKey("source.id"), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("chosen_by", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("decision", sa.String()),
        sa.Column("stopped_by", sa.String()),
        sa.Column("stopped_at", sa.BigInteger()),
        sa.Column("send_at", sa.BigInteger()),
        sa.Column("look_at", sa.BigInteger()),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_resendrequest_state", "resendrequest", ["state"])
    op.create_index("ix_resendrequest_asked_at", "resendrequest", ["asked_at"])
    op.create_index("ix_resendrequest_unit", "resendrequest", ["unit", "state"])


def _items() -> None:
    op.create_table(
        "resenditem",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_id", sa.Integer(), sa.ForeignKey("resendrequest.id"), nullable=False),
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        sa.Column("discrepancy_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("is_known", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("contribution", sa.Integer(), nullable=False),
        sa.Column("shows", sa.JSON(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.Integer()),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("answered_at", sa.BigInteger()),
        sa.Column("answer", sa.String()),
        sa.Column("words", sa.String()),
        sa.Column("looked_at", sa.BigInteger()),
        sa.Column("result", sa.String()),
        sa.Column("ground", sa.String()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_resenditem_open",
        "resenditem",
        ["dossier_id"],
        unique=True,
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index("ix_resenditem_request", "resenditem", ["request_id", "id"])
    op.create_index("ix_resenditem_sent", "resenditem", ["sent_at"])
    op.create_index("ix_resenditem_dossier_id", "resenditem", ["dossier_id"])
    op.create_index("ix_resenditem_discrepancy_id", "resenditem", ["discrepancy_id"])
