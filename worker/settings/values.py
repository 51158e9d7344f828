"""The kinds of values in settings, each read strictly and named for its error sentence.

The first argument of each ``PydanticCustomError`` is the key ``errors.expected.<key>`` that says
what is allowed.
"""

import re
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

from worker.core.hours import Hours, parse_hours
from worker.core.retention import LONGEST, SHORTEST
from worker.core.rules.catalogue import RULES
from worker.core.times import VIETNAM

_DURATION = re.compile(r"(\d{1,6})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_MAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")
_SHORTEST_SECRET = 16
_BROKERS = frozenset({"redis", "rediss", "amqp", "amqps"})
_REDIS_PATH = re.compile(r"/?|/\d+")
_POSTGRESQL = re.compile(r"postgres(ql)?://")


def parse_duration(value: object) -> timedelta:
    """A duration written as a whole number and its unit: ``30s``, ``15m``, ``4h``, ``1d``."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise _wrong("duration")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def _positive(value: timedelta) -> timedelta:
    if not value:
        raise _wrong("duration_positive")
    return value


def _kept_for(value: timedelta) -> timedelta:
    if not SHORTEST <= value <= LONGEST:
        raise _wrong("retention")
    return value


def _web_address(value: str) -> str:
    parts = _split(value)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise _wrong("web_address")
    if parts.username is not None or parts.password is not None:
        raise _wrong("web_address_without_login")
    return value.strip().rstrip("/")


def _mail_server(value: SecretStr) -> SecretStr:
    parts = _split(value.get_secret_value())
    if parts is None or parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise _wrong("mail_server")
    return value


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value.strip())
        _ = parts.port
    except ValueError:
        return None
    return parts


def _database(value: SecretStr) -> SecretStr:
    """SQLAlchemy's address, ``postgresql://`` with the one driver that we ship."""
    address = _POSTGRESQL.sub("postgresql+psycopg://", value.get_secret_value().strip(), count=1)
    if not address.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise _wrong("database")
    return SecretStr(address)


def _broker(value: SecretStr) -> SecretStr:
    """Redis, with the number of its database, or an AMQP broker."""
    address = value.get_secret_value().strip()
    parts = _split(address)
    if parts is None or parts.scheme not in _BROKERS or not parts.hostname:
        raise _wrong("broker")
    if parts.scheme.startswith("redis") and _REDIS_PATH.fullmatch(parts.path) is None:
        raise _wrong("broker_database")
    return SecretStr(address)


def _webhook_secret(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _SHORTEST_SECRET:
        raise _wrong("webhook_secret")
    return value


def _mail(value: str) -> str:
    if _MAIL.fullmatch(value.strip()) is None:
        raise _wrong("mail")
    return value.strip()


def _network(value: str) -> str:
    """A network as 10.0.0.0/8; an address alone is a network of one."""
    try:
        return str(ip_network(value.strip(), strict=False))
    except ValueError:
        raise _wrong("network") from None


def split_list(value: object) -> object:
    """What commas part in a text, for the environment has no lists; anything else as it is."""
    if isinstance(value, str):
        return [part for part in (part.strip() for part in value.split(",")) if part]
    return value


def _office_hours(value: object) -> Hours:
    if isinstance(value, Hours):
        return value
    texts = split_list(value)
    if not isinstance(texts, (list, tuple)) or not all(isinstance(each, str) for each in texts):
        raise _wrong("office_hours")
    try:
        return parse_hours(texts)
    except ValueError:
        raise _wrong("office_hours") from None


def _rule(value: str) -> str:
    if value not in RULES:
        raise _wrong("one_of", allowed=", ".join(RULES))
    return value


def _local_when_naive(value: datetime) -> datetime:
    """A time without an offset is meant as people here read a clock."""
    aware = value if value.tzinfo else value.replace(tzinfo=VIETNAM)
    return aware.astimezone(UTC)


def _as_text(value: object) -> object:
    """Numbers that are names, such as a group id, are often written without quotes."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _wrong(expected: str, **context: Any) -> PydanticCustomError:
    return PydanticCustomError(expected, "see errors.expected", context or None)


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
PositiveDuration = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(_positive)]
RetentionDuration = Annotated[timedelta, BeforeValidator(parse_duration), AfterValidator(_kept_for)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Network = Annotated[str, AfterValidator(_network)]
MailServer = Annotated[SecretStr, AfterValidator(_mail_server)]
BrokerAddress = Annotated[SecretStr, AfterValidator(_broker)]
CallsPerSecond = Annotated[float | None, Field(gt=0, le=10_000)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(_database)]
WebhookSecret = Annotated[SecretStr, AfterValidator(_webhook_secret)]
Mail = Annotated[str, AfterValidator(_mail)]
Mails = Annotated[tuple[Mail, ...], BeforeValidator(split_list)]
OfficeHours = Annotated[Hours, BeforeValidator(_office_hours)]
RuleName = Annotated[str, AfterValidator(_rule)]
Instant = Annotated[datetime, AfterValidator(_local_when_naive)]
Text = Annotated[
    str,
    BeforeValidator(_as_text),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
]
