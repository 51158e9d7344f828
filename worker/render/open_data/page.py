"""The page of an open publication: the newest month unit by unit, and where all data lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from models.types import Category, CountView
from worker.core.open_data import OpenPeriod, Publisher, State
from worker.core.statement import CLOSING, OPENING, PUBLISHED, UNEXPLAINED, WHOLE, Account
from worker.core.statement_figures import category_name
from worker.i18n import has_text, language, text
from worker.i18n.numbers import instant, month, number, percent, signed
from worker.render.templates import template

SETS = ("late", "bridge", "indicators", "corrections")
_ON_TIME = (Category.RESOLVED_ON_TIME, Category.OPEN_IN_TIME, Category.WAITING)


@dataclass(frozen=True, slots=True)
class _Line:
    """A unit's row in words; ``share`` is what rows are sorted by."""

    name: str
    cells: tuple[str, ...]
    share: Fraction | None
    is_total: bool


@dataclass(frozen=True, slots=True)
class _Step:
    label: str
    meaning: str
    count: str


@dataclass(frozen=True, slots=True)
class _Month:
    key: str
    name: str
    as_of: str
    state: str
    is_closed: bool
    digest: str
    corrections: int


@dataclass(frozen=True, slots=True)
class _Corrected:
    month: str
    at: str
    unit: str
    figure: str
    before: str
    after: str


def page(months: Sequence[OpenPeriod], publisher: Publisher) -> str:
    """The whole page in the language in use; nothing is loaded from anywhere.

    Args:
        months: What is published, the newest month first.
        publisher: Who publishes it.
    """
    newest = months[0] if months else None
    return template("worker.render.open_data", "index.html.j2").render(
        language=language(),
        province=publisher.name,
        months=[_month(each) for each in months],
        lines=_lines(newest, publisher) if newest else [],
        steps=_steps(newest) if newest else [],
        corrections=[_corrected(each, publisher) for each in months],
        is_complete=newest is None or newest.figures.statement.complete,
        sets=SETS,
    )


def _month(each: OpenPeriod) -> _Month:
    return _Month(
        key=each.key,
        name=month(each.period.first),
        as_of=instant(each.as_of),
        state=text(f"publication.state.{each.state.value}"),
        is_closed=each.state is State.CLOSED,
        digest=each.digest,
        corrections=len(each.corrections),
    )


def _lines(newest: OpenPeriod, publisher: Publisher) -> list[_Line]:
    """The province, then its units, those with the least on time first, those without any last."""
    told = {
        (each.unit, each.name): each.value
        for each in newest.figures.further
        if isinstance(each.value, int)
    }
    lines = [_line(each, told, publisher) for each in newest.figures.statement.accounts]
    return sorted(lines, key=_worst_first)


def _worst_first(line: _Line) -> tuple[bool, bool, Fraction]:
    return not line.is_total, line.share is None, line.share or Fraction(0)


def _line(account: Account, told: dict[tuple[str, str], int], publisher: Publisher) -> _Line:
    counts = {
        each: told.get((account.unit, category_name(CountView.PORTAL, each)), 0)
        for each in Category
    }
    counted = sum(counts.values())
    share = Fraction(sum(counts[each] for each in _ON_TIME), counted) if counted else None
    late_home, late_portal = account.count(OPENING) or 0, account.count(CLOSING) or 0
    received = account.received
    return _Line(
        name=publisher.place(account.unit)[1],
        cells=(
            number(counted),
            text("publication.no_dossiers") if share is None else percent(float(share)),
            number(late_home),
            number(late_portal),
            signed(late_portal - late_home),
            _told(account.count(PUBLISHED)),
            _told(account.count(UNEXPLAINED), is_signed=True),
            percent(account.on_portal / received) if received else text("publication.no_dossiers"),
        ),
        share=share,
        is_total=account.unit == WHOLE,
    )


def _told(count: int | None, *, is_signed: bool = False) -> str:
    if count is None:
        return text("publication.not_published")
    return signed(count) if is_signed else number(count)


def _steps(newest: OpenPeriod) -> list[_Step]:
    """What makes the province's two counts differ, the heaviest causes first."""
    lines = [line for line in newest.figures.statement.main.lines if line.kind is not None]
    return [
        _Step(
            text(f"causes.label.{line.name}"),
            text(f"causes.meaning.{line.name}"),
            signed(line.count or 0),
        )
        for line in sorted(lines, key=lambda line: (-abs(line.count or 0), line.name))
    ]


def _corrected(each: OpenPeriod, publisher: Publisher) -> list[_Corrected]:
    return [
        _Corrected(
            month=month(each.period.first),
            at=instant(one.at),
            unit=publisher.place(one.unit)[1],
            figure=_figure(one.figure),
            before=one.before,
            after=one.after,
        )
        for one in each.corrections
    ]


def _figure(name: str) -> str:
    """A figure in words where there are any."""
    for key in (f"states.view.{name}", f"causes.label.{name}"):
        if has_text(key):
            return text(key)
    return name
