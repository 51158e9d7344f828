"""The national portal's reporting interface: the counts it publishes per unit and month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import msgspec

from models.types import Period
from worker.errors import DataError, PermanentError, UpstreamContractError
from worker.ports import Published, PublishedUnit
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.fields import Scalar, number_of, text_of
from worker.sources.http import Call, ClientPolicy, UpstreamClient

_PROGRESS = "/evaluation/dvc-progress-tree"
_PAGE_SIZE = 100
_MOST_PAGES = 200
_POLICY: Final = ClientPolicy()

# Any month long past: the check wants an answer, not its counts.
_SOME_MONTH = Period(date(2025, 1, 1), date(2025, 1, 31))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingConfig:
    """Where the counts are published, and which department's tree is the province's."""

    name: str
    reporting_url: str
    root_department_id: str


class _Unit(msgspec.Struct, rename="camel"):
    department_code: Scalar = None
    department_name: Scalar = None
    total_received: Scalar = None
    total_on_time: Scalar = None
    total_overdue: Scalar = None
    total_completed: Scalar = None


class _Pagination(msgspec.Struct, rename="camel"):
    total_pages: Scalar = None


class _Tree(msgspec.Struct):
    parent: _Unit | None = None
    children: list[_Unit] | None = None
    pagination: _Pagination | None = None


class _Answer(msgspec.Struct):
    code: Scalar = None
    data: _Tree | None = None


class PortalReporting:
    """Reads the portal's published counts; implements PublishedSource. It needs no login."""

    def __init__(self, config: ReportingConfig, policy: ClientPolicy = _POLICY) -> None:
        self._name = config.name
        self._url = config.reporting_url.rstrip("/") + _PROGRESS
        self._root = config.root_department_id
        self._decoder = msgspec.json.Decoder(_Answer)
        self._client = UpstreamClient(config.name, policy)

    def check(self) -> None:
        """Ask for a single unit.

        Raises:
            UpstreamUnavailable: no usable answer.
            UpstreamContractError: whatever answers is not the reporting interface.
        """
        self._ask(_SOME_MONTH, page=1, size=1)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def published(self, period: Period) -> Published:
        """The counts of one month as the portal shows them now, all pages of its tree.

        Raises:
            PermanentError: the period is not one calendar month.
            UpstreamUnavailable: no usable answer.
            UpstreamContractError: whatever answers is not the reporting interface, or shows the
                same page twice.
        """
        if not _is_month(period):
            raise PermanentError(
                "published_needs_month",
                source=self._name,
                first=period.first.isoformat(),
                last=period.last.isoformat(),
            )
        pages = list(self._pages(period))
        whole = pages[0].parent
        return Published(
            period=period,
            whole=None if whole is None else _unit(whole),
            units=tuple(_unit(child) for page in pages for child in page.children or ()),
        )

    def _pages(self, period: Period) -> Iterator[_Tree]:
        seen: list[list[_Unit]] = []
        for number in range(1, _MOST_PAGES + 1):
            tree = self._ask(period, number, _PAGE_SIZE)
            children = tree.children or []
            if children and children in seen:
                raise self._broken("page repeated")
            yield tree
            seen.append(children)
            if _is_last(tree, number):
                return
        raise self._broken("too many pages")

    def _broken(self, detail: str) -> UpstreamContractError:
        return UpstreamContractError("upstream_contract", source=self._name, detail=detail)

    def _ask(self, period: Period, page: int, size: int) -> _Tree:
        body = {
            "timeType": "month",
            "year": period.first.year,
            "month": period.first.month,
            "rootDepartmentId": self._root,
            "currentPage": page,
            "pageSize": size,
        }
        return self._client.ask(Call(method="POST", url=self._url, json=body), self._read)

    def _read(self, body: bytes) -> _Tree:
        answer = decoded(self._decoder, body)
        if answer.code != "OK":
            raise AttemptError("code not OK")
        if answer.data is None:
            raise AttemptError("no data", error=UpstreamContractError)
        return answer.data


def _is_month(period: Period) -> bool:
    following = period.last + timedelta(days=1)
    months = (following.year - period.first.year) * 12 + following.month - period.first.month
    return period.first.day == 1 and following.day == 1 and months == 1


def _is_last(tree: _Tree, number: int) -> bool:
    """Whether no page follows; without ``pagination``, a page that isn't full is the last."""
    pages = _count(tree.pagination.total_pages) if tree.pagination else None
    if pages is not None:
        return number >= pages
    return len(tree.children or ()) != _PAGE_SIZE


def _unit(row: _Unit) -> PublishedUnit:
    received, on_time = _count(row.total_received), _count(row.total_on_time)
    late = _count(row.total_overdue)
    if late is None and received is not None and on_time is not None and received >= on_time:
        late = received - on_time
    return PublishedUnit(
        code=_text(row.department_code),
        name=_text(row.department_name),
        received=received,
        on_time=on_time,
        late=late,
        completed=_count(row.total_completed),
    )


def _count(value: Scalar) -> int | None:
    """A count, or None where there is none: what can't be read as one is not published."""
    try:
        number = number_of(value, "count")
    except DataError:
        return None
    return number if number is not None and number >= 0 else None


def _text(value: Scalar) -> str | None:
    try:
        return text_of(value, "department")
    except DataError:
        return None
