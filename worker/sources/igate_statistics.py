"""iGate's own statistics: what the province's system counts per agency.

``GET /pa/dossier-statistic/--statistic-agency-kgg`` (wire.md section 11; index766.md section 1.3).
"""

from datetime import date
from typing import Final

import msgspec

from models.types import Period
from worker.errors import LoginRefused, UpstreamContractError
from worker.ports import Published, PublishedUnit
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.counts import count_of, label_of, sum_of
from worker.sources.fields import Scalar
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.igate import IGateConfig
from worker.sources.keycloak import KeycloakSession

_STATISTICS = "/pa/dossier-statistic/--statistic-agency-kgg"
_MOST_ROWS = 5000
# The parameter's own spelling.
_WITH_SUSPENDED = ("suppended-cancelled", "true")
_POLICY: Final = ClientPolicy()

# Any day long past: the check wants an answer, not its counts.
_SOME_DAY = Period(date(2025, 1, 2), date(2025, 1, 2))


class _Agency(msgspec.Struct):
    code: Scalar = None
    name: Scalar = None


class _Row(msgspec.Struct, rename="camel"):
    agency: _Agency | None = None
    received: Scalar = None
    resolved: Scalar = None
    resolved_overdue: Scalar = None
    unresolved_overdue: Scalar = None


class IGateStatistics:
    """Reads iGate's table by agency; implements PublishedSource.

    ======================  ====================================================================
    ``received``            ``received``, as iGate counts it
    ``completed``           ``resolved``
    ``resolved_late``       ``resolvedOverdue``
    ``late``                ``resolvedOverdue + unresolvedOverdue``
    ======================  ====================================================================

    Installations are seen that tell ``resolvedOverdue`` alone: what is open and late is then not
    published, and so neither is ``late``. What is on time of all that is counted is never told.

    ``agency-id`` is the configured agency; the table lists it with all below it, and has no line
    for the whole province.
    """

    def __init__(self, config: IGateConfig, policy: ClientPolicy = _POLICY) -> None:
        self._url = f"{config.api_url.rstrip('/')}{_STATISTICS}"
        self._whole = (("agency-id", config.agency_id),) if config.agency_id else ()
        self._decoder = msgspec.json.Decoder(list[_Row])
        self._client = UpstreamClient(config.name, policy)
        self._session = KeycloakSession(self._client, config.account(), policy.clock)

    def check(self) -> None:
        """Log in and ask for a day long past.

        Raises:
            UpstreamUnavailable: no usable answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not iGate.
        """
        self._ask(_SOME_DAY)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def published(self, period: Period) -> Published:
        """The counts of a period as iGate shows them now.

        Raises:
            UpstreamUnavailable: no usable answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not iGate.
        """
        return Published(period=period, whole=None, units=tuple(map(_unit, self._ask(period))))

    def _ask(self, period: Period) -> list[_Row]:
        """The rows, with another login where the token is no longer accepted."""
        token = self._session.token()
        try:
            return self._table(token, period)
        except LoginRefused:
            self._session.drop(token)
            return self._table(self._session.token(), period)

    def _table(self, token: str, period: Period) -> list[_Row]:
        call = Call(
            method="GET",
            url=self._url,
            params=(*self._whole, *_days(period), _WITH_SUSPENDED),
            headers={"authorization": f"Bearer {token}"},
            logs_in=True,
        )
        return self._client.ask(call, self._read)

    def _read(self, body: bytes) -> list[_Row]:
        rows = decoded(self._decoder, body)
        if len(rows) > _MOST_ROWS:
            raise AttemptError("too many rows", error=UpstreamContractError, again=False)
        return rows


def _days(period: Period) -> tuple[tuple[str, str], ...]:
    """From the first local day to the last, in this interface's way of writing days.

    It labels local days with a "Z" (index766.md section 1.3): the first of July begins at
    ``2024-07-01T00:00:00.000Z`` here. The search for dossiers means what it writes, instants in
    UTC, in which that day begins at ``2024-06-30T17:00:00.000Z``; asked in that way, this table
    would be off by seven hours at both ends.
    """
    first, last = period.first.isoformat(), period.last.isoformat()
    return (("from-date", f"{first}T00:00:00.000Z"), ("to-date", f"{last}T23:59:59.999Z"))


def _unit(row: _Row) -> PublishedUnit:
    agency = row.agency or _Agency()
    resolved_late = count_of(row.resolved_overdue)
    return PublishedUnit(
        code=label_of(agency.code),
        name=label_of(agency.name),
        received=count_of(row.received),
        on_time=None,
        late=sum_of(resolved_late, count_of(row.unresolved_overdue)),
        completed=count_of(row.resolved),
        resolved_late=resolved_late,
    )
