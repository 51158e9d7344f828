"""OpenCPS's own statistics: what the province's system counts per unit and month.

``GET /o/rest/statistics`` (wire.md section 9; ``OpencpsStatisticRestApplication`` and
``OpencpsDossierStatisticFinderImpl`` of OpenCPS). For every month OpenCPS keeps one row for each
combination of agency, domain and system, each of them also left blank for "all", and rows for
groups of agencies besides. The word ``total`` asks for the blank ones.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import httpx
import msgspec

from models.types import Period
from worker.core.times import day_start, month_of
from worker.errors import PermanentError, UpstreamContractError
from worker.ports import Published, PublishedUnit
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.counts import count_of, label_of, rest_of, sum_of
from worker.sources.fields import Scalar
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.opencps import OpenCpsConfig

_LISTS = "/o/rest/v2"
_STATISTICS = "/o/rest/statistics"
_MOST_ROWS = 5000
_POLICY: Final = ClientPolicy()

# Every agency, over all domains and all systems. Without ``system`` OpenCPS answers for system 0
# alone, and without ``agency`` for the caller's own.
_TOTALS = (("agency", "all"), ("domain", "total"), ("system", "total"))

# Any month long past: the check wants an answer, not its counts.
_SOME_MONTH = Period(date(2025, 1, 1), date(2025, 1, 31))


class _Row(msgspec.Struct, rename="camel"):
    month: Scalar = None
    year: Scalar = None
    gov_agency_code: Scalar = None
    gov_agency_name: Scalar = None
    domain_code: Scalar = None
    group_agency_code: Scalar = None
    system: Scalar = None
    process_count: Scalar = None
    release_count: Scalar = None
    overtime_count: Scalar = None
    overdue_count: Scalar = None


class _Answer(msgspec.Struct, rename="camel"):
    fault_code: object = None
    total: Scalar = None
    data: list[_Row] | None = None


class OpenCpsStatistics:
    """Reads OpenCPS's monthly table; implements PublishedSource.

    ======================  ====================================================================
    ``received``            ``processCount``: the population counted, refused ones left out
    ``completed``           ``releaseCount``: resolved in it, withdrawn ones left out
    ``resolved_late``       ``overtimeCount``: released after the due time
    ``late``                ``overtimeCount + overdueCount``: the latter open, due, not waiting
    ``on_time``             ``processCount - late``: all else that is counted
    ======================  ====================================================================

    (Steps 1 to 5 of the monthly rule, wire.md section 9.) A month that OpenCPS has frozen
    (``reporting``) is told by its rows as any other.
    """

    def __init__(self, config: OpenCpsConfig, policy: ClientPolicy = _POLICY) -> None:
        self._name = config.name
        self._url = config.url.rstrip("/").removesuffix(_LISTS) + _STATISTICS
        self._decoder = msgspec.json.Decoder(_Answer)
        self._client = UpstreamClient(
            config.name,
            policy,
            auth=httpx.BasicAuth(config.username, config.password),
            headers={"groupId": config.group_id},
        )

    def check(self) -> None:
        """Ask for a month long past.

        Raises:
            UpstreamUnavailable: no usable answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not OpenCPS.
        """
        self._ask(_SOME_MONTH)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def published(self, period: Period) -> Published:
        """The counts of one month as OpenCPS shows them now.

        Raises:
            PermanentError: the period is not one calendar month.
            UpstreamUnavailable: no usable answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not OpenCPS.
        """
        if period != month_of(day_start(period.first)):
            raise PermanentError(
                "published_needs_month",
                source=self._name,
                first=period.first.isoformat(),
                last=period.last.isoformat(),
            )
        units = tuple(_units(self._ask(period), period))
        whole = [each for each in units if each.code is None and each.name is None]
        return Published(
            period=period,
            whole=whole[0] if whole else None,
            units=tuple(each for each in units if each not in whole),
        )

    def _ask(self, period: Period) -> list[_Row]:
        month = (("month", str(period.first.month)), ("year", str(period.first.year)))
        call = Call(method="GET", url=self._url, params=month + _TOTALS, logs_in=True)
        return self._client.ask(call, self._read)

    def _read(self, body: bytes) -> list[_Row]:
        """The rows; fewer than ``total`` names would leave units out without a word."""
        answer = decoded(self._decoder, body)
        if answer.fault_code is not None:
            raise AttemptError("fault")
        total, rows = count_of(answer.total), answer.data or []
        if total is None:
            raise AttemptError("no total", error=UpstreamContractError)
        if len(rows) < total:
            raise AttemptError("rows missing", error=UpstreamContractError)
        if len(rows) > _MOST_ROWS:
            raise AttemptError("too many rows", error=UpstreamContractError, again=False)
        return rows


def _units(rows: Sequence[_Row], period: Period) -> Iterator[PublishedUnit]:
    """One unit for each agency, and one without code or name for the whole province."""
    by_agency: defaultdict[tuple[str | None, str | None], list[_Row]] = defaultdict(list)
    for row in rows:
        if _covers_all_domains(row) and _is_of(row, period):
            code = label_of(row.gov_agency_code)
            name = None if code else label_of(row.gov_agency_name)
            by_agency[code, name].append(row)
    for found in by_agency.values():
        yield _unit(_across_systems(found))


def _covers_all_domains(row: _Row) -> bool:
    return not (_breaks_down(row.domain_code) or _breaks_down(row.group_agency_code))


def _breaks_down(value: Scalar) -> bool:
    """Whether a row is one of a breakdown by this column, not the line for all of it."""
    return label_of(value) not in (None, "total")


def _is_of(row: _Row, period: Period) -> bool:
    """Whether a row is the month's; a sum over the year is kept as month 0."""
    told = (count_of(row.year), count_of(row.month))
    return told == (period.first.year, period.first.month)


def _across_systems(rows: Sequence[_Row]) -> list[_Row]:
    """The one row for all systems; else those of single systems, which part the dossiers.

    Where two rows that differ claim to be the same one, none is believed.
    """
    whole = [row for row in rows if not _breaks_down(row.system)]
    chosen = {label_of(row.system): row for row in whole or rows}
    believed = all(row == chosen[label_of(row.system)] for row in whole or rows)
    return list(chosen.values()) if believed else [_without_counts(rows[0])]


def _without_counts(row: _Row) -> _Row:
    return _Row(gov_agency_code=row.gov_agency_code, gov_agency_name=row.gov_agency_name)


def _unit(rows: Sequence[_Row]) -> PublishedUnit:
    received = sum_of(*(count_of(row.process_count) for row in rows))
    resolved_late = sum_of(*(count_of(row.overtime_count) for row in rows))
    late = sum_of(resolved_late, *(count_of(row.overdue_count) for row in rows))
    return PublishedUnit(
        code=label_of(rows[0].gov_agency_code),
        name=label_of(rows[0].gov_agency_name),
        received=received,
        on_time=rest_of(received, late),
        late=late,
        completed=sum_of(*(count_of(row.release_count) for row in rows)),
        resolved_late=resolved_late,
    )
