"""Comparing one dossier: what each side counts, and the effects that lead from one to the other."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from models.types import Category, CountView
from worker.core.effects import Effect, data_effect, rule_effect
from worker.core.horizon import Horizon
from worker.core.judged import DossierCase, Rulebook, Seen, judged
from worker.core.verdict import Span


class Counted(Struct, frozen=True, gc=False):
    """One record counted in one view of the statistics."""

    view: CountView
    unit: str
    category: Category
    count: int


class Received(Struct, frozen=True, gc=False):
    """A dossier the unit received in the period; whether the portal knows it (indicator 1.4)."""

    unit: str
    on_portal: bool


class Comparison(Struct, frozen=True, gc=False):
    """The outcome for one dossier; ``presumed`` names a unit for each record not looked up.

    ``turns_at`` is the first instant at which it may be another though nothing new is known.
    """

    counted: tuple[Counted, ...]
    effects: tuple[Effect, ...]
    presumed: tuple[str, ...]
    received: Received | None
    turns_at: datetime | None = None


def compare(case: DossierCase, book: Rulebook) -> Comparison:
    """Count one dossier on every rung of the bridge and name what lies between the rungs."""
    horizon = Horizon(book.span, book.as_of)
    book = replace(book, horizon=horizon)
    seen = judged(case, book)
    rule = rule_effect(seen.own, seen.home, book)
    data = data_effect(seen.home, seen.portal, book, elsewhere=bool(case.elsewhere))
    for view in case.province:
        horizon.note_instant(view.received_at)
    return Comparison(
        counted=(
            *_counted(CountView.PROVINCE, seen.own),
            *_counted(CountView.PROVINCE_BY_PORTAL_RULE, seen.home),
            *_counted(CountView.PORTAL, seen.portal),
        ),
        effects=tuple(effect for effect in (rule, data) if effect is not None),
        presumed=tuple(
            each.view.unit for each in seen.portal if case.presumed and each.category is not None
        ),
        received=received_in(case, book.span),
        turns_at=horizon.turns_at,
    )


def received_in(case: DossierCase, span: Span) -> Received | None:
    """Whether the province received the dossier in the window, and whether the portal knows it."""
    for view in case.province:
        if view.received_at is not None and span.start <= view.received_at <= span.cutoff:
            return Received(case.province[0].unit, case.presumed or bool(case.portal))
    return None


def _counted(view: CountView, seen: Sequence[Seen]) -> list[Counted]:
    return [
        Counted(view, each.view.unit, each.category, each.verdict.weight)
        for each in seen
        if each.category is not None
    ]
