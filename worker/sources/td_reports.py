"""TD's own report by unit: what the province's system counts (wire.md section 10).

``POST {url}/api/v1/BaoCaoTongHops/DonVi`` (``BaoCaoTongHopController`` of TD).
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

import msgspec

from models.types import Period
from worker.errors import UpstreamContractError
from worker.ports import Published, PublishedUnit
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.counts import count_of, label_of, sum_of
from worker.sources.fields import Scalar
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.td import TdConfig
from worker.sources.td_keys import AnyCase
from worker.sources.td_login import TdSession

_MOST_ROWS = 5000
_POLICY: Final = ClientPolicy()

# Any month long past: the check wants an answer, not its counts.
_SOME_MONTH = Period(date(2025, 1, 1), date(2025, 1, 31))


class _Row(
    msgspec.Struct,
    rename={
        "code": "MaThongKe",
        "name": "TenThongKe",
        "received": "TongSo",
        "ended_early": "DaXuLyTruocHan",
        "ended_in_time": "DaXuLyDungHan",
        "ended_late": "DaXuLyQuaHan",
        "open_in_time": "DangXuLyTrongHan",
        "open_late": "DangXuLyQuaHan",
    },
):
    code: Scalar = None
    name: Scalar = None
    received: Scalar = None
    ended_early: Scalar = None
    ended_in_time: Scalar = None
    ended_late: Scalar = None
    open_in_time: Scalar = None
    open_late: Scalar = None


class _Answer(msgspec.Struct):
    succeeded: object = None
    data: list[msgspec.Raw] | None = None


class TdReports:
    """Reads TD's report by unit; implements PublishedSource.

    ======================  ====================================================================
    ``received``            ``TongSo``: open, ended, paused and sent back, but not 1 and 3
    ``completed``           ``DaXuLyTruocHan + DaXuLyDungHan + DaXuLyQuaHan``
    ``resolved_late``       ``DaXuLyQuaHan``
    ``late``                ``DaXuLyQuaHan + DangXuLyQuaHan``
    ``on_time``             ``DaXuLyTruocHan + DaXuLyDungHan + DangXuLyTrongHan``
    ======================  ====================================================================

    Paused and sent-back dossiers are in ``received`` alone: TD counts them neither as late nor as
    in time. TD keeps a report for a day unless told not to.

    The report runs to the last day asked for, also before that day has come: what falls due until
    then counts as late. So a month that is not over is asked for up to ``today``, the local day;
    without it to its end, as offices do that run their reports early
    (``rules.province.to_period_end``).
    """

    def __init__(
        self,
        config: TdConfig,
        policy: ClientPolicy = _POLICY,
        *,
        today: Callable[[], date] | None = None,
    ) -> None:
        self._today = today
        self._url = config.at(config.report_path)
        self._lists = msgspec.json.Decoder(list[msgspec.Raw])
        self._answers = AnyCase(_Answer)
        self._rows = AnyCase(_Row)
        self._client = UpstreamClient(config.name, policy)
        self._session = TdSession(self._client, config.account())

    def check(self) -> None:
        """Log in and ask for a month long past.

        Raises:
            UpstreamUnavailable: no usable answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not TD.
        """
        self._ask(_SOME_MONTH)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def published(self, period: Period) -> Published:
        """The counts of a period, local days, as TD shows them now. It has no line for the whole.

        Raises:
            UpstreamUnavailable: no usable answer.
            LoginRefused: the account is refused.
            UpstreamContractError: whatever answers is not TD.
        """
        return Published(period=period, whole=None, units=tuple(map(_unit, self._ask(period))))

    def _ask(self, period: Period) -> Sequence[_Row]:
        last = min(period.last, self._today()) if self._today else period.last
        body = {
            "TuNgay": period.first.isoformat(),
            "DenNgay": max(period.first, last).isoformat(),
            "cache": False,
        }
        return self._session.ask(Call(method="POST", url=self._url, json=body), self._read)

    def _read(self, body: bytes) -> Sequence[_Row]:
        rows = self._listed(body)
        if len(rows) > _MOST_ROWS:
            raise AttemptError("too many rows", error=UpstreamContractError, again=False)
        try:
            return [self._rows.decode(row) for row in rows]
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise AttemptError("another shape", error=UpstreamContractError) from None

    def _listed(self, body: bytes) -> Sequence[msgspec.Raw]:
        """The rows of a bare list, or of one inside an answer."""
        if body.lstrip().startswith(b"["):
            return decoded(self._lists, body)
        answer = decoded(self._answers, body)
        if answer.succeeded is False:
            raise AttemptError("code not OK")
        if answer.data is None:
            raise AttemptError("no data", error=UpstreamContractError)
        return answer.data


def _unit(row: _Row) -> PublishedUnit:
    early, in_time = count_of(row.ended_early), count_of(row.ended_in_time)
    late = count_of(row.ended_late)
    return PublishedUnit(
        code=label_of(row.code),
        name=label_of(row.name),
        received=count_of(row.received),
        on_time=sum_of(early, in_time, count_of(row.open_in_time)),
        late=sum_of(late, count_of(row.open_late)),
        completed=sum_of(early, in_time, late),
        resolved_late=late,
    )
