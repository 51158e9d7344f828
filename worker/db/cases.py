"""Dossiers as both sides knew them at an as-of instant, streamed in order."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from itertools import pairwise
from typing import Any, Protocol

from msgspec import Struct
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.dossier import Dossier, DossierRecord
from models.types import RecordView
from worker.core.flags import Revision
from worker.core.judged import DossierCase
from worker.db import quarantine, stored
from worker.db.stored import StoredAnswer, StoredRecord, StoredVersion

_PORTION = 500


class Held(Struct, frozen=True, gc=False):
    """What the store holds of a dossier, whether it was known at the as-of instant or not.

    ``records`` of all sources that are compared, ``answers`` of the portal, the oldest first.
    """

    records: Sequence[StoredRecord]
    answers: Sequence[StoredAnswer]


class KnownDossier(Struct, frozen=True, gc=False):
    """One dossier at the as-of instant, and how its records had changed up to then.

    ``ministry`` are the records of line-ministry software, whether the province has it or not.
    """

    dossier_id: int
    code: str
    case: DossierCase
    revisions: tuple[Revision, ...]
    held: Held
    ministry: tuple[RecordView, ...] = ()


class OfPair(Protocol):
    """Two sources that are compared."""

    @property
    def province_id(self) -> int:
        """The one nearer to the handling."""

    @property
    def portal_id(self) -> int:
        """The one it is held against."""


class Scope(Enum):
    """Which dossiers a pair of sources is compared on.

    The province and the portal on everything. Line-ministry software is answerable for its own
    dossiers only: against the portal for all of them, against the province for those both hold,
    so that a dossier handled in ministry software is never called missing at home.
    """

    EVERYTHING = auto()
    HELD_AT_HOME = auto()
    HELD_BY_BOTH = auto()


@dataclass(frozen=True, slots=True)
class Sides:
    """The two sources compared, and the as-of instant.

    ``province_id`` is the source nearer to the handling: the province's system, or line-ministry
    software; ``portal_id`` what it is held against: the portal, or the province's system.
    ``elsewhere_ids`` are the sources of line-ministry software that may hold what the province's
    system doesn't. ``known_by``: what was first heard of after that instant is not known at all,
    so that what was reconciled then is found again bit for bit.
    """

    province_id: int
    portal_id: int
    as_of: datetime
    elsewhere_ids: tuple[int, ...] = ()
    scope: Scope = Scope.EVERYTHING
    known_by: datetime | None = None

    @property
    def source_ids(self) -> tuple[int, ...]:
        """All sources that have a say."""
        return (self.province_id, self.portal_id, *self.elsewhere_ids)

    def had_heard(self, at: datetime) -> bool:
        """Whether what was heard of at an instant is known at all."""
        return self.known_by is None or at <= self.known_by


class _Known(Struct, frozen=True, gc=False):
    """A record as it was known at the as-of instant.

    ``told`` is its last view up to then, seen ``since``; ``is_gone`` says that it was there no
    longer.
    """

    record: StoredRecord
    told: RecordView
    since: datetime
    is_gone: bool
    revisions: tuple[Revision, ...]

    @property
    def view(self) -> RecordView | None:
        """What it says, None where it was gone."""
        return None if self.is_gone else self.told


def known_dossiers(
    session: Session,
    sides: Sides,
    among: Sequence[int] | None = None,
    *,
    with_history: bool = True,
) -> Iterator[KnownDossier]:
    """Every dossier of the two sources in order of its id, or only those that are named.

    How their records had changed up to then is told ``with_history`` only.
    """
    unreadable = quarantine.unreadable_rows(session, sides.source_ids, sides.as_of)
    for ids in _portions(session, sides, among):
        records = stored.records(session, sides.source_ids, ids)
        held = _held_of(records, stored.answers(session, sides.portal_id, ids))
        by_dossier: defaultdict[int, list[_Known]] = defaultdict(list)
        for known in _known(session, records, sides, with_history=with_history):
            by_dossier[known.record.dossier_id].append(known)
        for key in ids:
            if among is None and not by_dossier[key]:
                continue
            dossier = _dossier(key, by_dossier[key], held(key), sides, unreadable)
            if _is_compared(dossier.case, by_dossier[key], sides):
                yield dossier


def _is_compared(case: DossierCase, known: Sequence[_Known], sides: Sides) -> bool:
    """Whether the pair is answerable for the dossier."""
    match sides.scope:
        case Scope.EVERYTHING:
            return True
        case Scope.HELD_AT_HOME:
            return any(each.record.source_id == sides.province_id for each in known)
        case Scope.HELD_BY_BOTH:
            return bool(case.province and case.portal)


def _portions(
    session: Session, sides: Sides, among: Sequence[int] | None
) -> Iterator[Sequence[int]]:
    if among is not None:
        yield from (among[start : start + _PORTION] for start in range(0, len(among), _PORTION))
        return
    last = 0
    while True:
        ids = list(session.exec(_following(sides, last)))
        if not ids:
            return
        yield ids
        last = ids[-1]


def _following(sides: Sides, last: int) -> SelectOfScalar[Any]:
    """The next dossiers after one: all there are, or those of the nearer source alone."""
    if sides.scope is Scope.EVERYTHING:
        query = select(col(Dossier.id)).where(col(Dossier.id) > last)
        return query.order_by(col(Dossier.id)).limit(_PORTION)
    dossier = col(DossierRecord.dossier_id)
    held = select(dossier).where(DossierRecord.source_id == sides.province_id, dossier > last)
    return held.distinct().order_by(dossier).limit(_PORTION)


def _held_of(
    records: Iterable[StoredRecord], answers: Iterable[StoredAnswer]
) -> Callable[[int], Held]:
    """What is held of each dossier."""
    of_records: defaultdict[int, list[StoredRecord]] = defaultdict(list)
    of_answers: defaultdict[int, list[StoredAnswer]] = defaultdict(list)
    for record in records:
        of_records[record.dossier_id].append(record)
    for answer in answers:
        of_answers[answer.dossier_id].append(answer)
    return lambda dossier: Held(of_records[dossier], of_answers[dossier])


def _told(answers: Iterable[StoredAnswer], sides: Sides) -> Mapping[str, StoredAnswer]:
    """By code: the answer known at the as-of instant, else the earliest there is."""
    found: dict[str, StoredAnswer] = {}
    for answer in answers:
        if not sides.had_heard(answer.since):
            continue
        if answer.code not in found or answer.since <= sides.as_of:
            found[answer.code] = answer
    return found


def _known(
    session: Session, records: Sequence[StoredRecord], sides: Sides, *, with_history: bool
) -> Iterator[_Known]:
    """Records as they were known; where nobody asks how they changed, the past is left alone."""
    aged = [each.id for each in records if with_history or each.observed_at > sides.as_of]
    versions = stored.versions(session, aged)
    for record in records:
        earlier = versions.get(record.id, ())
        if sides.had_heard(earlier[0].observed_at if earlier else record.observed_at):
            yield _at(record, earlier, sides.as_of)


def _at(record: StoredRecord, versions: Sequence[StoredVersion], as_of: datetime) -> _Known:
    """The view known at the as-of instant; before the first observation, the earliest."""
    history: list[tuple[RecordView, datetime, datetime | None]] = [
        *((each.view, each.observed_at, each.until) for each in versions),
        (record.view, record.observed_at, record.gone_at),
    ]
    past = [each for each in history if each[1] <= as_of] or history[:1]
    view, since, until = past[-1]
    gone = until is not None and until <= as_of
    revisions = _revisions([(each, seen_at) for each, seen_at, _ in past])
    return _Known(record, view, since, gone, revisions)


def _revisions(history: Sequence[tuple[RecordView, datetime]]) -> tuple[Revision, ...]:
    return tuple(
        Revision(before, after, seen_at) for (before, _), (after, seen_at) in pairwise(history)
    )


def _dossier(
    dossier: int,
    known: Sequence[_Known],
    held: Held,
    sides: Sides,
    unreadable: tuple[set[str], set[str]],
) -> KnownDossier:
    told = _told(held.answers, sides)
    home = [each for each in known if each.record.source_id == sides.province_id]
    here = [each for each in home if each.view]
    ministry = _held(known, sides.elsewhere_ids)
    elsewhere = [] if here else ministry
    there = [each for each in _held(known, (sides.portal_id,)) if not _denied(each, told)]
    case = DossierCase(
        province=tuple(each.view for each in here if each.view),
        portal=tuple(each.view for each in there if each.view),
        presumed=_is_presumed(here or elsewhere, there, sides, told, unreadable),
        elsewhere=tuple(each.view for each in elsewhere if each.view),
    )
    named = next(iter((*here, *home, *elsewhere, *there)), None)
    revisions = tuple(revision for each in known for revision in each.revisions)
    return KnownDossier(
        dossier_id=dossier,
        code=_own_code(named) if named else "",
        case=case,
        revisions=revisions,
        held=held,
        ministry=tuple(each.view for each in ministry if each.view),
    )


def _held(known: Sequence[_Known], source_ids: Collection[int]) -> list[_Known]:
    """The records that these sources had at the as-of instant."""
    return [each for each in known if each.view and each.record.source_id in source_ids]


def _denied(known: _Known, answers: Mapping[str, StoredAnswer]) -> bool:
    """Whether the portal said at the as-of instant that it did not know what came later."""
    answer = answers.get(known.record.view.external_id)
    return answer is not None and not answer.found


def _own_code(known: _Known) -> str:
    """What the dossier is called: at home, even where it is gone there, else on the portal."""
    return known.told.codes[0]


def _is_presumed(
    here: Sequence[_Known],
    there: Sequence[_Known],
    sides: Sides,
    answers: Mapping[str, StoredAnswer],
    unreadable: tuple[set[str], set[str]],
) -> bool:
    """Whether the portal's view of what is at home is not known, or older than a change there.

    Where only what both hold is compared, the other side is a list that tells by itself.
    """
    if not here:
        return False
    rows, codes = unreadable
    for each in (*here, *there):
        if each.record.view.external_id in rows or codes.intersection(each.told.codes):
            return True
    if sides.scope is Scope.HELD_BY_BOTH:
        return False
    borne = {each.record.view.external_id for each in there}
    return not all(_is_answered(each, borne, answers) for each in here)


def _is_answered(
    known: _Known, borne: Collection[str], answers: Mapping[str, StoredAnswer]
) -> bool:
    """Whether every code was answered for, and since the last change at home.

    So were those that the portal's own records bear, where it was ever asked for them: a second
    code nobody at home tells.
    """
    codes = known.told.codes
    if any(code not in answers for code in codes):
        return False
    asked = [answers[code] for code in {*codes, *borne} if code in answers]
    return all(_is_since(each, known) for each in asked)


def _is_since(answer: StoredAnswer, known: _Known) -> bool:
    """Whether an answer was given after the view was first seen.

    An answer that goes on was asked for again after the last change elsewhere, or begins a new
    row. Within one second the runs tell which came first, as long as the record is there: one that
    vanished later names the run that missed it.
    """
    if answer.since == known.record.observed_at and known.record.gone_at is None:
        return answer.run_id >= known.record.changed_run
    return answer.since >= known.since
