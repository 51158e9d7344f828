"""Keeping the verdicts of a pair of sources up to date: what changed is judged, the rest stays.

A dossier is judged again when a record, an answer, the quarantine or a link of it changed since
the last time, and all of them when the rules do. Lateness at an instant is then a comparison in
the database, and never a judgement.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from operator import attrgetter

from sqlalchemy import text
from sqlmodel import Session, col, delete, select

from models.pair import PairState, PairVerdict
from worker.core.horizon import Horizon
from worker.core.judged import DossierCase, Judged, Rulebook, Seen, ground_of, judged
from worker.core.verdict import Span, Verdict
from worker.db import bulk, pair_tallies
from worker.db.bulk import Row, Target, Value, seconds
from worker.db.cases import KnownDossier, Sides, known_dossiers
from worker.db.engine import refresh_statistics
from worker.db.pair_news import changed_since, reach_of
from worker.db.views import chunks
from worker.ports import Progress

_FIELDS = (
    "counted_from",
    "ends_at",
    "leaves_at",
    "late_from",
    "absent_from",
    "absent_until",
    "looks_ahead",
    "waiting",
    "weight",
)
_VERDICTS = Target(
    "pairverdict",
    (
        "province_source_id",
        "portal_source_id",
        "dossier_id",
        "is_plain",
        "is_stale",
        "is_presumed",
        "turns_at",
        "received_at",
        "home_unit",
        "other_unit",
        *(f"{rung}_{name}" for rung in ("own", "home", "other") for name in _FIELDS),
    ),
)
_NOTHING = Verdict(reason="")
_told = attrgetter(*_FIELDS)
_Turn = Callable[[DossierCase, Judged, Rulebook], Value]
# Of no basis at all: the first to come judges everything.
_ENTER = text(
    "INSERT INTO pairstate (province_source_id, portal_source_id, basis, brought_at, newest_run,"
    " unfinished) VALUES (:home, :other, '', 0, 0, '[]') ON CONFLICT DO NOTHING"
)


def bring_up_to_date(
    session: Session, sides: Sides, book: Rulebook, progress: Progress, now: datetime
) -> int:
    """Judge what changed since the last time; how many dossiers that were."""
    state = _held_state(session, sides)
    reach, basis = reach_of(session), ground_of(book)
    changed: list[int] | None = None
    if state.basis == basis and state.brought_at <= now:
        changed = sorted(changed_since(session, sides, state))
    _forget(session, sides, changed)
    done = _judge(session, replace(sides, as_of=now, known_by=None), book, changed, progress)
    if changed is None:
        refresh_statistics(session)
    state.basis, state.brought_at = basis, now
    state.newest_run, state.unfinished = reach.newest_run, list(reach.unfinished)
    session.add(state)
    return done


def _held_state(session: Session, sides: Sides) -> PairState:
    """The pair's state, held until the transaction ends: nobody else judges the pair meanwhile."""
    key = {"home": sides.province_id, "other": sides.portal_id}
    session.connection().execute(_ENTER, key)
    return session.exec(
        select(PairState)
        .where(
            PairState.province_source_id == sides.province_id,
            PairState.portal_source_id == sides.portal_id,
        )
        .with_for_update()
    ).one()


def _judge(
    session: Session,
    sides: Sides,
    book: Rulebook,
    among: Sequence[int] | None,
    progress: Progress,
) -> int:
    done = 0
    # The tally that holds all the others doesn't hold what is judged again.
    turn = _first_turn if among is None else _not_counted
    dossiers = known_dossiers(session, sides, among, with_history=False)
    for portion in _portions(dossiers):
        rows = [_row(sides, each, book, turn) for each in portion]
        bulk.append(session, _VERDICTS, rows)
        done += len(rows)
        progress(done, None if among is None else len(among))
    return done


def _portions(dossiers: Iterable[KnownDossier], size: int = 500) -> Iterator[list[KnownDossier]]:
    portion: list[KnownDossier] = []
    for each in dossiers:
        case = each.case
        if case.province or case.portal or case.elsewhere:
            portion.append(each)
        if len(portion) == size:
            yield portion
            portion = []
    if portion:
        yield portion


def _row(sides: Sides, known: KnownDossier, book: Rulebook, turn: _Turn) -> Row:
    case = known.case
    seen = judged(case, book)
    home = next(iter(case.province), None)
    rungs = (seen.own, seen.home, seen.portal) if case.is_plain else ((), (), ())
    return (
        sides.province_id,
        sides.portal_id,
        known.dossier_id,
        case.is_plain,
        False,
        case.presumed,
        turn(case, seen, book),
        seconds(home.received_at) if home else None,
        home.unit if home else None,
        seen.portal[0].view.unit if seen.portal else None,
        *chain.from_iterable(map(_verdict, rungs)),
    )


def _not_counted(_case: DossierCase, _seen: Judged, _book: Rulebook) -> Value:
    return 0


def _first_turn(case: DossierCase, seen: Judged, book: Rulebook) -> Value:
    """When it counts otherwise than at the cut-off, of whatever period."""
    horizon = Horizon(Span(book.span.start, book.span.cutoff), book.as_of)
    for view in case.province[:1]:
        horizon.note_instant(view.received_at)
    if case.is_plain:
        for each in (*seen.own, *seen.home, *seen.portal):
            horizon.note(each.verdict)
    return seconds(horizon.turns_at)


def _verdict(seen: Sequence[Seen]) -> Row:
    *instants, looks_ahead, waiting, weight = _told(seen[0].verdict if seen else _NOTHING)
    return (*map(seconds, instants), looks_ahead, waiting, weight)


def _forget(session: Session, sides: Sides, dossiers: Sequence[int] | None = None) -> None:
    own = (
        col(PairVerdict.province_source_id) == sides.province_id,
        col(PairVerdict.portal_source_id) == sides.portal_id,
    )
    if dossiers is None:
        pair_tallies.forget(session, sides)
        session.exec(delete(PairVerdict).where(*own))
        return
    pair_tallies.take_out(session, sides, dossiers)
    for chunk in chunks(dossiers):
        session.exec(delete(PairVerdict).where(*own, col(PairVerdict.dossier_id).in_(chunk)))
