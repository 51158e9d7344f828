"""The portal's reports of 2022 to 2025: one address for all, every value a text.

``POST /jsp/rest.jsp`` with a form whose one field, ``params``, is JSON text (research, index 766
section 1.1; wire section 13.1).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final

import msgspec

from models.types import Period
from worker.core.codes import agency_code
from worker.errors import DataError, UpstreamContractError
from worker.ports import Figures
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.legacy_rows import counts_of, place_of, scores_of
from worker.sources.portal_figures.client import REFUSALS, refuse_rejection, require_month
from worker.sources.portal_figures.gathering import PROVINCE, Told, gathered, unreadable
from worker.sources.portal_figures.values import Row, word_of

GENERATION = "legacy"
_SCORES = "report_tinh_766_service"
_COUNTS = "report_by_month_sum_service"
_ALL_PROVINCES = "0"
_PAGE_SIZE = 1000
_MOST_PAGES = 20
_HEADERS = {
    "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
    "x-requested-with": "XMLHttpRequest",
}
_POLICY: Final = ClientPolicy()
_SOME_MONTH = Period(date(2024, 1, 1), date(2024, 1, 31))

_Row = dict[str, msgspec.Raw]


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacyConfig:
    """Where the reports are, and by which numbers they know the province.

    ``province_id`` is the province's in the report of index 766, ``counts_id`` in all others: one
    province has two (An Giang 398126 and 11358). Without ``counts_id`` no counts are read, since
    an answer does not say whose they are. ``province_code`` is its code, ``H51``.
    """

    name: str
    legacy_url: str
    province_code: str
    province_id: str
    counts_id: str | None = None
    pause: timedelta = timedelta(seconds=1)


class _Wrapped(msgspec.Struct):
    """The two ways in which some answers wrap their rows."""

    data: list[_Row] | None = None
    rows: list[_Row] | None = msgspec.field(default=None, name="ROW")


class LegacyReports:
    """Reads the old reports; implements FigureSource. They need no login."""

    generation = GENERATION

    def __init__(self, config: LegacyConfig, policy: ClientPolicy = _POLICY) -> None:
        self._config = config
        seconds = config.pause.total_seconds()
        self._client = UpstreamClient(
            config.name,
            policy,
            headers=_HEADERS,
            calls_per_second=1 / seconds if seconds else None,
            budget="figures",
        )
        self._decoder: msgspec.json.Decoder[list[_Row] | _Wrapped] = msgspec.json.Decoder(
            list[_Row] | _Wrapped
        )

    def check(self) -> None:
        """Ask for a single province.

        Raises:
            UpstreamUnavailable: no usable answer.
            UpstreamContractError: whatever answers is not the reports' address.
        """
        self._page(_SCORES, _SOME_MONTH, _ALL_PROVINCES, number=1, size=1)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def figures(self, period: Period) -> Figures:
        """Scores of the province and its units, and the province's counts, for one month.

        Raises:
            PermanentError: the period is not one calendar month.
        """
        require_month(self._config.name, period)
        parts = (self._province, self._units, self._counts)
        return gathered(GENERATION, period, [partial(part, period) for part in parts])

    def _province(self, period: Period) -> Iterator[Told]:
        """The province's own row among all provinces'."""
        rows = self._rows(_SCORES, period, _ALL_PROVINCES)
        own = [row for row in rows if self._is_own(row)]
        if rows and not own:
            raise self._broken("another department")
        for row in own[:1]:
            yield from scores_of(row, PROVINCE)

    def _units(self, period: Period) -> Iterator[Told]:
        rows = self._rows(_SCORES, period, self._config.province_id)
        codes = [code for row in rows if (code := _code_of(row))]
        if codes and not any(code.startswith(self._config.province_code) for code in codes):
            raise self._broken("another department")
        for row in rows:
            yield from _unit(row)

    def _counts(self, period: Period) -> Iterator[Told]:
        if self._config.counts_id is None:
            return
        rows = self._rows(_COUNTS, period, self._config.counts_id)
        if len(rows) > 1:
            raise self._broken("too many rows")
        for row in rows:
            yield from counts_of(row, PROVINCE)

    def _is_own(self, row: Row) -> bool:
        by_id = _text(row, "ID") == self._config.province_id
        return by_id or _code_of(row) == self._config.province_code

    def _rows(self, service: str, period: Period, place: str) -> list[_Row]:
        found: list[_Row] = []
        for number in range(1, _MOST_PAGES + 1):
            page = self._page(service, period, place, number, _PAGE_SIZE)
            if page and found[-len(page) :] == page:
                raise self._broken("page repeated")
            found += page
            if len(page) < _PAGE_SIZE:
                return found
        raise self._broken("too many pages")

    def _page(self, service: str, period: Period, place: str, number: int, size: int) -> list[_Row]:
        params = {**_params(service, period, place), "pageIndex": number, "pageSize": size}
        call = Call(
            method="POST",
            url=self._config.legacy_url,
            form={"params": json.dumps(params)},
            final=REFUSALS,
        )
        return self._client.ask(call, self._read)

    def _read(self, body: bytes) -> list[_Row]:
        refuse_rejection(body)
        answer = decoded(self._decoder, body)
        if isinstance(answer, list):
            return answer
        rows = answer.data if answer.rows is None else answer.rows
        if rows is None:
            raise AttemptError("no rows", error=UpstreamContractError)
        return rows

    def _broken(self, detail: str) -> UpstreamContractError:
        return UpstreamContractError("upstream_contract", source=self._config.name, detail=detail)


def _params(service: str, period: Period, place: str) -> dict[str, object]:
    """What a report of one month is asked for; the other periods stand at none."""
    return {
        "type": "ref",
        "service": service,
        "p_nam": str(period.first.year),
        "p_6thang": 0,
        "p_quy": 0,
        "p_thang": period.first.month,
        "p_tinh_id": place,
        "p_huyen_id": "",
        "p_xa_id": "0",
        "p_linhvuc": "",
        "p_thutuc_id": "",
        "p_loaidonvi": 1,
        "loaichitieu": 0,
        "p_default": 0,
    }


def _unit(row: Row) -> Iterator[Told]:
    try:
        place = place_of(row)
    except DataError as error:
        yield unreadable(row, (), error)
        return
    yield from scores_of(row, place)


def _code_of(row: Row) -> str:
    return agency_code(_text(row, "MA_COQUAN"))


def _text(row: Row, name: str) -> str:
    try:
        return word_of(row, name) or ""
    except DataError:
        return ""
