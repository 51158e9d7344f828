"""What a database tells of itself: for the doctor."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from worker.errors import StoreError


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a database is. ``size`` is in bytes.

    A server tells its own clock's ``now`` (UTC), and how many connections are in use of how many it
    allows; an embedded one its ``journal`` mode. What doesn't apply is None.
    """

    product: str
    version: tuple[int, ...]
    size: int
    now: datetime | None = None
    connections: tuple[int, int] | None = None
    journal: str | None = None


def condition(engine: Engine) -> Condition:
    """Ask a database how it is.

    Raises:
        StoreError: it is out of reach.
    """
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                return _of_server(connection)
            return _of_embedded(connection)
    except DBAPIError as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise StoreError("store_unreachable", url=shown) from error


def _of_server(connection: Connection) -> Condition:
    def ask(expression: str) -> int:
        return int(connection.execute(text(f"SELECT {expression}")).scalar_one())

    version = ask("current_setting('server_version_num')::int")
    used = ask("(SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')")
    return Condition(
        product="PostgreSQL",
        version=(version // 10_000, version % 10_000),
        size=ask("pg_database_size(current_database())"),
        now=datetime.fromtimestamp(ask("extract(epoch FROM clock_timestamp())"), UTC),
        connections=(used, ask("current_setting('max_connections')::int")),
    )


def _of_embedded(connection: Connection) -> Condition:
    def ask(pragma: str) -> str:
        return str(connection.execute(text(f"PRAGMA {pragma}")).scalar_one())

    version = str(connection.execute(text("SELECT sqlite_version()")).scalar_one())
    return Condition(
        product="SQLite",
        version=tuple(int(part) for part in version.split(".")),
        size=int(ask("page_count")) * int(ask("page_size")),
        journal=ask("journal_mode"),
    )
