"""Column types shared by the tables."""

from datetime import UTC, datetime
from enum import Enum, IntEnum
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, SmallInteger, String
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

# SQLite numbers rows by itself only where the key is plainly INTEGER.
BigKey = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored as whole seconds since 1970 in UTC.

    Integers sort, compare and index alike on every database, and halve the table.
    """

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Refuse naive datetimes; cut to the second."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a naive datetime can't be stored"
            raise ValueError(message)
        return int(value.timestamp())

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """An aware UTC datetime."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


def member_of(enum: type[Enum]) -> type[TypeDecorator[Enum]]:
    """A column type for the members of ``enum``, stored by value.

    Plain text or small integers rather than a database's own enumerations, which can't be
    extended in place.
    """

    class Member(TypeDecorator[Enum]):
        impl = SmallInteger if issubclass(enum, IntEnum) else String
        cache_ok = True

        @override
        def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
            return None if value is None else enum(value).value

        @override
        def process_result_value(self, value: Any, dialect: Dialect) -> Enum | None:
            return None if value is None else enum(value)

    return Member
