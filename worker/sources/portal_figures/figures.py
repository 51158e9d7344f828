"""The portal's evaluation of a province since 2026: seven groups, down to unit and procedure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final

import msgspec

from models.types import Period
from worker.errors import DataError
from worker.ports import Figures
from worker.sources.http import ClientPolicy
from worker.sources.portal_figures.catalogue import FORMALITIES, Formality, formality_of
from worker.sources.portal_figures.client import (
    Answer,
    Listing,
    Pagination,
    ReportingClient,
    month_of_body,
    require_month,
)
from worker.sources.portal_figures.gathering import PROVINCE, Told, gathered, unreadable
from worker.sources.portal_figures.groups import (
    GROUPS,
    OF_A_DEPARTMENT,
    PROGRESS,
    SERVICE_RESULTS,
    Group,
)
from worker.sources.portal_figures.rows import figures_of, place_of, ranking_of
from worker.sources.portal_figures.values import Row, word_of

GENERATION = "reporting"
_POLICY: Final = ClientPolicy()

# Any month long past: the check wants an answer, not its figures.
_SOME_MONTH = Period(date(2025, 1, 1), date(2025, 1, 31))


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresConfig:
    """Where the evaluation is published, and which department's is the province's.

    ``pause`` lies between any two calls.
    """

    name: str
    reporting_url: str
    root_department_id: str
    pause: timedelta = timedelta(seconds=1)


class _Data(msgspec.Struct):
    """Both shapes: ``overview`` and ``evaluation``, or ``parent`` and ``children``."""

    overview: dict[str, msgspec.Raw] | None = None
    evaluation: list[dict[str, msgspec.Raw]] | None = None
    parent: dict[str, msgspec.Raw] | None = None
    children: list[dict[str, msgspec.Raw]] | None = None
    pagination: Pagination | None = None

    def whole(self, group: Group) -> dict[str, msgspec.Raw]:
        """The row of the department asked for; empty where there is none."""
        return (self.overview if group.whole == "overview" else self.parent) or {}

    def units(self, group: Group) -> list[dict[str, msgspec.Raw]]:
        """The rows below it."""
        return (self.evaluation if group.units == "evaluation" else self.children) or []


@dataclass(frozen=True, slots=True)
class _Asked:
    """The department and the procedure (None: all) that are asked about."""

    period: Period
    department_id: str
    formality: Formality | None = None

    @property
    def procedure(self) -> str:
        """The code of the procedure, empty for all of them."""
        return self.formality.code if self.formality else ""


class PortalFigures:
    """Reads the portal's evaluation; implements FigureSource. It needs no login.

    A group that fails does not cost the others; a portal that refuses is left alone at once.
    """

    generation = GENERATION

    def __init__(self, config: FiguresConfig, policy: ClientPolicy = _POLICY) -> None:
        self._name = config.name
        self._root = config.root_department_id
        self._client = ReportingClient(config.name, config.reporting_url, policy, config.pause)
        self._decoder = msgspec.json.Decoder(Answer[_Data])

    def check(self) -> None:
        """Ask for a single unit.

        Raises:
            UpstreamUnavailable: no usable answer.
            UpstreamContractError: whatever answers is not the reporting interface, or answers for
                another department.
        """
        asked = _Asked(_SOME_MONTH, self._root)
        page = self._client.page(self._listing(PROGRESS), self._body(PROGRESS, asked), 1, 1)
        self._require_own(page.whole(PROGRESS), asked)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def figures(self, period: Period) -> Figures:
        """The whole province and its units in every group, for one month, as shown now.

        Raises:
            PermanentError: the period is not one calendar month.
        """
        return self._gathered(GROUPS, _Asked(period, self._root), self._province)

    def of_department(self, period: Period, department_id: str) -> Figures:
        """One unit and those below it, by the portal's id of the unit.

        Raises:
            PermanentError: the period is not one calendar month.
        """
        return self._gathered(OF_A_DEPARTMENT, _Asked(period, department_id), self._department)

    def of_procedure(self, period: Period, department_id: str, formality: Formality) -> Figures:
        """One unit and those below it for a single procedure, where a group can be narrowed so.

        Raises:
            PermanentError: the period is not one calendar month.
        """
        groups = [group for group in OF_A_DEPARTMENT if group.procedure_key]
        return self._gathered(groups, _Asked(period, department_id, formality), self._department)

    def formalities(self, words: str = "") -> tuple[Formality, ...]:
        """The procedures whose code or name holds ``words``, with the portal's ids of them.

        Raises:
            UpstreamUnavailable: no usable answer.
            UpstreamContractError: the answer is not a catalogue.
        """
        pages = self._client.pages(FORMALITIES, {"q": words})
        found = (formality_of(row) for page in pages for row in page.items or ())
        return tuple(filter(None, found))

    def _gathered(
        self,
        groups: Iterable[Group],
        asked: _Asked,
        read: Callable[[Group, _Asked], Iterator[Told]],
    ) -> Figures:
        require_month(self._name, asked.period)
        parts = [partial(read, group, asked) for group in groups]
        return gathered(GENERATION, asked.period, parts)

    def _province(self, group: Group, asked: _Asked) -> Iterator[Told]:
        if group is SERVICE_RESULTS:
            yield from self._ranking(asked)
            return
        pages = self._pages(group, asked)
        yield from figures_of(pages[0].whole(group), group, PROVINCE)
        yield from _units(pages, group, asked)

    def _department(self, group: Group, asked: _Asked) -> Iterator[Told]:
        pages = self._pages(group, asked)
        whole = pages[0].whole(group)
        yield from _unit(whole, group, asked) if whole else ()
        yield from _units(pages, group, asked)

    def _ranking(self, asked: _Asked) -> Iterator[Told]:
        """The province's own row of the national list; other provinces are none of our business."""
        body = month_of_body(self._name, asked.period)
        body |= {"departmentType": "ADMINISTRATIVE_UNIT"}
        pages = self._client.pages(self._listing(SERVICE_RESULTS), body)
        rows = [row for page in pages for row in page.units(SERVICE_RESULTS)]
        own = [row for row in rows if _id_of(row) == asked.department_id.casefold()]
        if rows and not own:
            raise self._client.broken("another department")
        for row in own[:1]:
            yield from figures_of(row, SERVICE_RESULTS, PROVINCE)
            yield from ranking_of(row, PROVINCE)

    def _pages(self, group: Group, asked: _Asked) -> list[_Data]:
        pages = list(self._client.pages(self._listing(group), self._body(group, asked)))
        for page in pages:
            self._require_own(page.whole(group), asked)
        return pages

    def _require_own(self, whole: Row, asked: _Asked) -> None:
        if _id_of(whole) not in ("", asked.department_id.casefold()):
            raise self._client.broken("another department")

    def _listing(self, group: Group) -> Listing[_Data]:
        return Listing(
            path=group.path,
            decoder=self._decoder,
            rows=lambda data: data.units(group),
            page_size=group.page_size,
        )

    def _body(self, group: Group, asked: _Asked) -> Mapping[str, object]:
        period = asked.period
        body: dict[str, object] = (
            {"fromDate": period.first.isoformat(), "toDate": period.last.isoformat()}
            if group.days
            else month_of_body(self._name, period)
        )
        if asked.formality is not None and group.procedure_key:
            body[group.procedure_key] = asked.formality.id
        return body | {"rootDepartmentId": asked.department_id}


def _units(pages: Iterable[_Data], group: Group, asked: _Asked) -> Iterator[Told]:
    for page in pages:
        for row in page.units(group):
            yield from _unit(row, group, asked)


def _unit(row: Row, group: Group, asked: _Asked) -> Iterator[Told]:
    try:
        place = place_of(row, asked.procedure)
    except DataError as error:
        yield unreadable(row, group.metrics[0].fields, error)
        return
    yield from figures_of(row, group, place)


def _id_of(row: Row) -> str:
    """A row's department id, empty where none is told; UUIDs may be written in either case."""
    try:
        return (word_of(row, "departmentId") or "").casefold()
    except DataError:
        return "?"
