"""A dossier judged: each of its records as each rule counts it."""

from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import Struct

from models.types import Category, RecordView
from worker.core.course import EndEvent
from worker.core.facts import Facts, facts_of
from worker.core.horizon import Horizon
from worker.core.rules.judge import Statutes, judge
from worker.core.rules.rule import Rule
from worker.core.verdict import Span, Verdict, category, late_count


class Rulebook(Struct, frozen=True, kw_only=True, gc=False):
    """By what the two sides are compared: rules, limits, the window and the grace time.

    ``horizon``, where there is one, learns of every verdict held against the window.
    """

    own: Rule
    portal: Rule
    end_event: EndEvent
    statutes: Statutes
    span: Span
    as_of: datetime
    grace: timedelta
    horizon: Horizon | None = None


def ground_of(book: Rulebook) -> str:
    """A hash over all that verdicts rest on but the window: rules, their settings, the limits."""
    told = (book.own, book.portal, book.end_event, book.statutes.ground)
    return sha256(repr(told).encode()).hexdigest()[:32]


class DossierCase(Struct, frozen=True, kw_only=True, gc=False):
    """All that is known of one dossier at the as-of instant.

    Usually one record a side; two where a side holds it twice. ``presumed`` says that the portal
    was not asked about it, or not since it changed at home, or that one side can't be read: then
    the portal is taken to know what the province knows. ``elsewhere`` are the records of
    line-ministry software, told only where the province's own system has none: such a dossier is
    handled there, and not missing at home.
    """

    province: tuple[RecordView, ...]
    portal: tuple[RecordView, ...]
    presumed: bool
    elsewhere: tuple[RecordView, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether each side holds the dossier at most once, and nobody holds it elsewhere."""
        return len(self.province) <= 1 and len(self.portal) <= 1 and not self.elsewhere


class Seen(Struct, frozen=True, gc=False):
    """One record as one rule counts it."""

    view: RecordView
    facts: Facts
    verdict: Verdict
    late: int
    category: Category | None


class Judged(Struct, frozen=True, gc=False):
    """A dossier's records on the rungs of the bridge.

    ``own``: the province's by its own rule, ``home``: the same by the portal's rule, ``portal``:
    the portal's by the portal's rule; where the portal is only presumed, that is ``home`` again, or
    what line-ministry software has.
    """

    own: tuple[Seen, ...]
    home: tuple[Seen, ...]
    portal: tuple[Seen, ...]


def judged(case: DossierCase, book: Rulebook) -> Judged:
    """What each rule says of each record of one dossier."""
    told = [(view, facts_of(view, _partner(view, case), book.end_event)) for view in case.province]
    own = tuple(_seen(view, facts, book.own, book) for view, facts in told)
    home = tuple(_seen(view, facts, book.portal, book) for view, facts in told)
    return Judged(own, home, _on_portal(case, home, book))


def _partner(view: RecordView, case: DossierCase) -> RecordView | None:
    """The portal's record that answers to the province's: by its own code, else whichever."""
    if case.presumed or not case.portal:
        return None
    return next((each for each in case.portal if each.codes[0] == view.codes[0]), case.portal[0])


def _on_portal(case: DossierCase, home: tuple[Seen, ...], book: Rulebook) -> tuple[Seen, ...]:
    if case.presumed and case.province:
        return home
    partner = None if case.presumed else next(iter((*case.province, *case.elsewhere)), None)
    views = case.elsewhere if case.presumed else case.portal
    return tuple(
        _seen(view, facts_of(view, partner, book.end_event), book.portal, book) for view in views
    )


def _seen(view: RecordView, facts: Facts, rule: Rule, book: Rulebook) -> Seen:
    verdict = _judged(rule, facts, book)
    return Seen(view, facts, verdict, late_count(verdict, book.span), category(verdict, book.span))


def late_by(rule: Rule, facts: Facts, book: Rulebook) -> int:
    """How often facts count as late by a rule in the window."""
    return late_count(_judged(rule, facts, book), book.span)


def _judged(rule: Rule, facts: Facts, book: Rulebook) -> Verdict:
    verdict = judge(rule, facts, book.statutes)
    if book.horizon is not None:
        book.horizon.note(verdict)
    return verdict
