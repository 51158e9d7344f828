"""What a backup says of itself."""

from datetime import datetime

import msgspec

FORMAT = 1


class TableNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the text of one table holds; ``size`` is in bytes."""

    name: str
    columns: tuple[str, ...]
    rows: int
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup holds: of which province, as it was when, in which schema.

    ``tables`` come in an order in which none refers to a later one.
    """

    format: int
    revision: str
    province: str
    made_at: datetime
    tables: tuple[TableNote, ...]

    @property
    def rows(self) -> int:
        """The rows of all tables."""
        return sum(table.rows for table in self.tables)
