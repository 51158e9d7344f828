"""What our readings of the portal had shown of dossiers by an as-of instant."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from worker.core.lag import Sight, Watch
from worker.db import stored
from worker.db.cases import KnownDossier, Sides
from worker.db.stored import StoredAnswer, StoredRecord, StoredVersion

_Versions = Mapping[int, Sequence[StoredVersion]]


def watches(
    session: Session, sides: Sides, dossiers: Sequence[KnownDossier]
) -> Iterator[tuple[KnownDossier, Watch]]:
    """Each of some dossiers with what had been shown of it by the as-of instant."""
    portal = sides.portal_id
    shown = [
        [each for each in known.held.records if each.source_id == portal] for known in dossiers
    ]
    versions = stored.versions(session, [record.id for records in shown for record in records])
    for known, records in zip(dossiers, shown, strict=True):
        yield known, _watch(records, versions, known.held.answers, sides.as_of)


def _watch(
    records: Iterable[StoredRecord],
    versions: _Versions,
    answers: Iterable[StoredAnswer],
    as_of: datetime,
) -> Watch:
    sights = (each for each in _sights(records, versions) if each.since <= as_of)
    given = [each for each in answers if each.since <= as_of]
    return Watch(
        sights=tuple(sorted(sights, key=lambda sight: sight.since)),
        first_asked=min((each.since for each in given), default=None),
        last_asked=_last_asked(given, as_of),
    )


def _sights(records: Iterable[StoredRecord], versions: _Versions) -> Iterator[Sight]:
    """Every view of the portal's records."""
    for record in records:
        yield Sight(record.view, record.observed_at)
        for earlier in versions.get(record.id, ()):
            yield Sight(earlier.view, earlier.observed_at)


def _last_asked(answers: Iterable[StoredAnswer], as_of: datetime) -> datetime | None:
    """When the portal last answered for the code it was not asked for the longest."""
    newest = {answer.code: min(answer.asked_at, as_of) for answer in answers}
    return min(newest.values(), default=None)
