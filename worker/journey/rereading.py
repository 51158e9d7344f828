"""Reading again what could not be read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from worker.bootstrap import Services, directory_of, is_alive
from worker.core.privacy import scrub
from worker.core.resolve import UNKNOWN
from worker.core.rules.catalogue import PORTAL
from worker.db import audit, quarantine_list
from worker.db.quarantine import QuarantinedRow
from worker.errors import NotFoundError
from worker.journey.queueing import can_be_read, queue_dossiers
from worker.journey.taking_part import LONGEST_REASON
from worker.stages.read_again import ReadAgain, ReadResult, read_again

# How many records are tried again at a time; of more, a full reading makes less work.
MOST_AGAIN = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedAgain:
    """What came of trying rows of the quarantine again.

    ``read`` could be read at once, as their unit is known by now. ``dossiers`` are asked for again
    by ``runs``. ``left`` are rows that name no dossier, or come from a source that only exports
    files: a full reading, or a new file, brings them.
    """

    read: int
    dossiers: int
    left: int
    runs: tuple[int, ...]


def read_known_again(services: Services) -> ReadResult:
    """Put every record whose unit is known by now where it would have been."""
    task = ReadAgain(
        engine=services.engine,
        directory=directory_of(services.engine, services.province),
        judge=lambda rule: services.judge(*dict.fromkeys((rule, PORTAL.name))),
        clock=services.clock,
        is_alive=is_alive,
    )
    return read_again(task)


def try_again(services: Services, ids: Sequence[int], by: str, reason: str) -> TriedAgain:
    """Read rows of the quarantine again: at once where that is enough, else from their source.

    ``reason`` is kept without what may be personal data.

    Raises:
        NotFoundError: none of them waits any more.
    """
    waiting = _waiting(services, ids)
    if not waiting:
        raise NotFoundError("quarantine_over")
    reason = scrub(reason.strip(), LONGEST_REASON)
    still = waiting
    if any(each.row.reason == UNKNOWN for each in waiting):
        read_known_again(services)
        still = _waiting(services, ids)
    codes = _codes_by_source(services, still)
    runs = [
        run
        for name, told in codes.items()
        for run in queue_dossiers(services, name, sorted(told), by, reason)
    ]
    asked = sum(map(len, codes.values()))
    reachable = sum(1 for each in still if each.row.code in codes.get(each.source, ()))
    done = TriedAgain(
        read=len(waiting) - len(still),
        dossiers=asked,
        left=len(still) - reachable,
        runs=tuple(dict.fromkeys(runs)),
    )
    _note(services, waiting, done, by, reason)
    return done


def _waiting(services: Services, ids: Sequence[int]) -> list[QuarantinedRow]:
    with Session(services.engine) as session:
        return quarantine_list.rows_of_ids(session, ids)


def _codes_by_source(services: Services, rows: Sequence[QuarantinedRow]) -> dict[str, set[str]]:
    """The dossiers that their source can be asked for."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for each in rows:
        is_asked = each.source in services.settings.sources and can_be_read(services, each.source)
        if each.row.code is not None and is_asked:
            found[each.source].add(each.row.code)
    return dict(found)


def _note(
    services: Services, rows: Sequence[QuarantinedRow], done: TriedAgain, by: str, reason: str
) -> None:
    with Session(services.engine) as session, session.begin():
        audit.note(
            session,
            by=by,
            action="quarantine_tried_again",
            subject="quarantine",
            now=services.clock(),
            reason=reason,
            rows=[each.row.id for each in rows],
            read=done.read,
            runs=list(done.runs),
        )
