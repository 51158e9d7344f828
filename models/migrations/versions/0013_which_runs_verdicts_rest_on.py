"""Which runs the verdicts of a pair rest on, so that what was seen is not judged a second time.

As if nothing had been seen, where it was not kept yet.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "pairstate", sa.Column("newest_run", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "pairstate", sa.Column("unfinished", sa.JSON(), nullable=False, server_default="[]")
    )
