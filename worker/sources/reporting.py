"""The national portal's reporting interface: the counts it publishes per unit and month."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec

from models.types import Period
from worker.ports import Published, PublishedUnit
from worker.sources.counts import count_of, label_of, rest_of
from worker.sources.fields import Scalar
from worker.sources.http import ClientPolicy
from worker.sources.portal_figures.client import (
    Answer,
    Listing,
    Pagination,
    ReportingClient,
    month_of_body,
)

_PAGE_SIZE = 100
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


class _Tree(msgspec.Struct):
    parent: _Unit | None = None
    children: list[_Unit] | None = None
    pagination: Pagination | None = None


_PROGRESS = Listing(
    path="/evaluation/dvc-progress-tree",
    decoder=msgspec.json.Decoder(Answer[_Tree]),
    rows=lambda tree: tree.children or (),
    page_size=_PAGE_SIZE,
)


class PortalReporting:
    """Reads the portal's published counts; implements PublishedSource. It needs no login."""

    def __init__(self, config: ReportingConfig, policy: ClientPolicy = _POLICY) -> None:
        self._name = config.name
        self._root = config.root_department_id
        self._client = ReportingClient(config.name, config.reporting_url, policy)

    def check(self) -> None:
        """Ask for a single unit.

        Raises:
            UpstreamUnavailable: no usable answer.
            UpstreamContractError: whatever answers is not the reporting interface.
        """
        self._client.page(_PROGRESS, self._body(_SOME_MONTH), number=1, size=1)

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
        pages = list(self._client.pages(_PROGRESS, self._body(period)))
        whole = pages[0].parent
        return Published(
            period=period,
            whole=None if whole is None else _unit(whole),
            units=tuple(_unit(child) for page in pages for child in page.children or ()),
        )

    def _body(self, period: Period) -> dict[str, object]:
        return {**month_of_body(self._name, period), "rootDepartmentId": self._root}


def _unit(row: _Unit) -> PublishedUnit:
    received, on_time = count_of(row.total_received), count_of(row.total_on_time)
    late = count_of(row.total_overdue)
    return PublishedUnit(
        code=label_of(row.department_code),
        name=label_of(row.department_name),
        received=received,
        on_time=on_time,
        late=rest_of(received, on_time) if late is None else late,
        completed=count_of(row.total_completed),
    )
