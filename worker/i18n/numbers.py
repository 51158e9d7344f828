"""Numbers, dates and durations as people here write them; times on Vietnam's clock."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from worker.core.times import VIETNAM
from worker.i18n.catalogue import language, text

_DAY = {"vi": "d/M/y", "en": "d MMM y"}
_INSTANT = {"vi": "HH:mm d/M/y", "en": "HH:mm, d MMM y"}
_MONTH = {"vi": "'tháng' M/y", "en": "MMMM y"}
_PERCENT = {"vi": "#,##0.## %", "en": "#,##0.##%"}
_SHORTEST = timedelta(minutes=1)


def number(value: float | Decimal) -> str:
    """``12.99`` as "12,99", ``30000`` as "30.000"; at most two decimals."""
    from babel.numbers import format_decimal

    return format_decimal(value, format="#,##0.##", locale=language())


def decimal(shown: str) -> str:
    """Decimal text with exactly its own digits: "97.50" as "97,50"."""
    from babel.numbers import format_decimal

    value = Decimal(shown)
    exponent = value.as_tuple().exponent
    digits = max(0, -exponent) if isinstance(exponent, int) else 0
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return format_decimal(value, format=pattern, locale=language())


def signed(value: int) -> str:
    """A difference with its sign: "+3", "-2", "0"."""
    return f"+{number(value)}" if value > 0 else number(value)


def percent(share: float | Decimal) -> str:
    """``0.1299`` as "12,99 %"."""
    from babel.numbers import format_percent

    return format_percent(share, format=_PERCENT[language()], locale=language())


def day(value: date) -> str:
    """A local day: "25/7/2024"."""
    from babel.dates import format_date

    return format_date(value, format=_DAY[language()], locale=language())


def month(value: date) -> str:
    """The month a local day lies in: "tháng 7/2024"."""
    from babel.dates import format_date

    return format_date(value, format=_MONTH[language()], locale=language())


def instant(value: datetime) -> str:
    """An aware instant on Vietnam's clock: "16:00 24/7/2024"."""
    from babel.dates import format_datetime

    local = value.astimezone(VIETNAM)
    return format_datetime(local, format=_INSTANT[language()], locale=language())


def exact(value: datetime) -> str:
    """An instant to the second: "16:00:01 24/7/2024"; a whole minute without its seconds."""
    from babel.dates import format_datetime

    if not value.second:
        return instant(value)
    pattern = _INSTANT[language()].replace("HH:mm", "HH:mm:ss")
    return format_datetime(value.astimezone(VIETNAM), format=pattern, locale=language())


def duration(value: timedelta) -> str:
    """The two largest parts of a duration: "3 ngày 4 giờ", "15 phút", "dưới 1 phút"."""
    if value < _SHORTEST:
        return text("numbers.duration.moment")
    minutes = int(value.total_seconds()) // 60
    counts = {"days": minutes // 1440, "hours": minutes // 60 % 24, "minutes": minutes % 60}
    parts = [text(f"numbers.duration.{unit}", n=n) for unit, n in counts.items() if n]
    return " ".join(parts[:2])
