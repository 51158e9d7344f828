"""Traits of dossiers, indicators, frozen statements, and the decisions behind procedures."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    _traits()
    _indicators()
    _statements()
    _catalogue()


def _traits() -> None:
    for name in ("traits", "traits_told"):
        column = sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        op.add_column("dossierrecord", column)


def _indicators() -> None:
    op.create_table(
        "indicatorvalue",
        sa.Column(
            "reconciliation_id", sa.Integer(), sa.ForeignKey("reconciliation.id"), nullable=False
        ),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("untold", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reconciliation_id", "unit", "side", "indicator"),
    )


def _statements() -> None:
    op.create_table(
        "statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("reconciliation_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=True),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_statement_period_from", "statement", ["period_from"])
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), sa.ForeignKey("statement.id"), nullable=False),
        sa.Column("reconciliation_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_correction_statement_id", "correction", ["statement_id"])


def _catalogue() -> None:
    op.add_column("procedure", sa.Column("parts", sa.Integer(), nullable=True))
    op.add_column("procedure", sa.Column("decision", sa.String(), nullable=True))
    op.add_column("procedure", sa.Column("decision_read_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "proceduredecision",
        sa.Column("procedure", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("public_on", sa.Date(), nullable=True),
        sa.Column("by_ministry", sa.Boolean(), nullable=True),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("procedure", "number"),
    )
