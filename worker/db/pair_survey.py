"""The survey of a pair, counted inside the store where its verdicts are up to date.

Only what counts differently travels here to be explained, and what is held twice or elsewhere. Of
that only what is new or turned since the last time, where a tally is kept; the sum is the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from models.pair import PairState
from worker.core.compare import Comparison
from worker.core.judged import Rulebook
from worker.core.tally import Part, Tally
from worker.db import pair_counts, pair_history, pair_parts, pair_tallies
from worker.db.bulk import Row
from worker.db.cases import KnownDossier, Sides, known_dossiers
from worker.db.pair_parts import Before
from worker.db.pair_tallies import Kept
from worker.db.survey import SIGN_OF_LIFE, Survey, compared, part_of, survey
from worker.ports import Progress

# Beyond this, taking dossiers out of a sum one by one costs more than counting all anew.
_TOO_MANY_TO_TAKE_OUT = 50_000
_PORTION = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSurvey:
    """What is surveyed, by which rules, with which units standing for ended ones.

    ``keep``: what is counted is the pair's newest state, and kept for the next time. ``listed``:
    every finding is wanted, and not their sum alone.
    """

    session: Session
    sides: Sides
    book: Rulebook
    heirs: Mapping[str, str]
    progress: Progress
    keep: bool = False
    listed: bool = True


def survey_pair(task: PairSurvey) -> Survey:
    """What comparing dossier by dossier would find, at any as-of instant."""
    then = pair_history.known_otherwise(task.session, task.sides)
    if len(then) > _TOO_MANY_TO_TAKE_OUT:
        dossiers = known_dossiers(task.session, task.sides)
        return survey(dossiers, task.book, task.progress, task.heirs)
    found, parts = _counted_up(task)
    if then or task.listed or not found.kept:
        _list(task, found, parts, then)
    if then:
        _put_back(task, found, then)
    return found.finish()


def _counted_up(task: PairSurvey) -> tuple[Survey, Mapping[int, Part]]:
    """The survey of what is known now, and the parts that are not kept."""
    session, sides = task.session, task.sides
    basis = pair_tallies.basis_of(task.book, task.heirs)
    kept = pair_tallies.kept(session, sides)
    parts: dict[int, Part] = {}
    if kept is not None and kept.basis == basis and kept.as_of <= sides.as_of:
        tally, is_kept = _with_news(task, kept), True
    elif task.keep and pair_tallies.is_newest(session, sides):
        tally, is_kept = _counted_anew(task), True
    else:
        tally, is_kept = _counted_apart(task, parts), False
    if is_kept:
        tally.settle()
        told = Kept(
            round=pair_tallies.next_round(session, sides),
            tally=tally,
            basis=basis,
            span=task.book.span,
            as_of=sides.as_of,
            heirs=task.heirs,
        )
        pair_tallies.keep(session, sides, told)
        pair_counts.settle(session, sides, task.book.span)
    return Survey(task.heirs, tally, kept=is_kept), parts


def _with_news(task: PairSurvey, kept: Kept) -> Tally:
    """A kept tally brought forward: what turned, or was judged again, is counted as it is now."""
    session, sides, span = task.session, task.sides, task.book.span
    tally, by = kept.tally, span.cutoff
    gone = pair_counts.turned_in_tally(by)
    for group in pair_counts.count(session, sides, kept.span, gone).groups:
        tally.add_group(group, task.heirs, -1)
    counts = pair_counts.count(session, sides, span, pair_counts.turned(by))
    for group in counts.groups:
        tally.add_group(group, task.heirs)
    again = pair_parts.turned(session, sides, sides.as_of)
    stale = again.union(pair_counts.turned_dossiers(session, sides, by))
    for part in pair_parts.of_dossiers(session, sides, stale):
        tally.add(part, -1)
    wanted = again.union(counts.differing, pair_counts.entangled(session, sides, by))
    before = pair_parts.before(session, sides, stale)
    pair_parts.forget(session, sides, stale)
    _compare_and_keep(task, tally, wanted, before)
    return tally


def _counted_anew(task: PairSurvey) -> Tally:
    tally, wanted = _groups_of_all(task)
    before = pair_parts.before(task.session, task.sides, wanted)
    pair_parts.forget(task.session, task.sides)
    _compare_and_keep(task, tally, wanted, before)
    pair_parts.refresh_statistics(task.session)
    return tally


def _counted_apart(task: PairSurvey, parts: dict[int, Part]) -> Tally:
    """A tally of its own, which touches none that is kept; ``parts`` are filled."""
    tally, wanted = _groups_of_all(task)
    for known, _, part in _compared(task, wanted):
        tally.add(part)
        parts[known.dossier_id] = part
    return tally


def _groups_of_all(task: PairSurvey) -> tuple[Tally, set[int]]:
    """All groups summed up, and the dossiers still to be compared by themselves."""
    tally = Tally()
    counts = pair_counts.count(task.session, task.sides, task.book.span)
    for group in counts.groups:
        tally.add_group(group, task.heirs)
    return tally, {*counts.differing, *pair_counts.entangled(task.session, task.sides)}


def _compare_and_keep(
    task: PairSurvey, tally: Tally, wanted: Iterable[int], before: Mapping[int, Before]
) -> None:
    number = pair_tallies.next_round(task.session, task.sides)
    rows: list[Row] = []
    for known, comparison, part in _compared(task, wanted):
        tally.add(part)
        row = pair_parts.row_of(
            task.sides,
            known.dossier_id,
            part,
            turns_at=comparison.turns_at,
            number=number,
            presumed=known.case.presumed,
            before=before.get(known.dossier_id),
        )
        rows.append(row)
        if len(rows) == _PORTION:
            pair_parts.keep(task.session, rows)
            rows = []
    pair_parts.keep(task.session, rows)


def _compared(
    task: PairSurvey, wanted: Iterable[int]
) -> Iterator[tuple[KnownDossier, Comparison, Part]]:
    """Dossiers compared as they are known now, like the verdicts; plain ones are in groups."""
    now = replace(task.sides, as_of=_brought_at(task), known_by=None)
    ids = sorted(wanted)
    for done, known in enumerate(known_dossiers(task.session, now, ids), start=1):
        comparison = compared(known, task.book, task.heirs)
        yield (
            known,
            comparison,
            part_of(known, comparison, task.heirs, in_group=known.case.is_plain),
        )
        if done % SIGN_OF_LIFE == 0:
            task.progress(done, len(ids))


def _brought_at(task: PairSurvey) -> datetime:
    key = (task.sides.province_id, task.sides.portal_id)
    return task.session.get_one(PairState, key).brought_at


def _list(task: PairSurvey, found: Survey, parts: Mapping[int, Part], then: set[int]) -> None:
    """Take in every finding but those of dossiers that were known otherwise, which come apart."""
    every = pair_parts.every(task.session, task.sides) if found.kept else parts.items()
    for dossier, part in every:
        if dossier not in then:
            found.findings += part.findings
        else:
            found.tally.add(part, -1)
    if then or not found.kept:
        listed = {each.dossier_id for each in found.findings}
        found.undecided = pair_counts.presumed(task.session, task.sides, listed)


def _put_back(task: PairSurvey, found: Survey, then: set[int]) -> None:
    """Count the dossiers that were known otherwise at the as-of instant as they were then."""
    session, sides = task.session, task.sides
    rows = pair_counts.among(session, then)
    for group in pair_counts.count(session, sides, task.book.span, rows).groups:
        found.tally.add_group(group, task.heirs, -1)
    for known in known_dossiers(session, sides, sorted(then)):
        found.add(known, part_of(known, compared(known, task.book, task.heirs), task.heirs))
    found.kept = False
