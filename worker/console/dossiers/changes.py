"""How a dossier's records changed, as far as that is known: what can be looked back to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from models.types import RecordView
from worker.console.discrepancies.told import seen_unit
from worker.core.access import Who
from worker.core.times import VIETNAM
from worker.db.dossier_views import Seen
from worker.i18n import text
from worker.render.explanation_unit import value

_COMPARED: Final = (
    "status",
    "unit",
    "procedure",
    "submitted_at",
    "received_at",
    "due_at",
    "finished_at",
    "returned_at",
    "codes",
    "system",
)


@dataclass(frozen=True, slots=True)
class Altered:
    """A field with its value before and after, in words."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What was seen of a side's record at an instant, on Vietnam's clock.

    ``is_first``: the record itself, never seen before. ``is_gone``: that it was there no longer.
    """

    at: datetime
    side: str
    external_id: str
    fields: Sequence[Altered] = ()
    is_first: bool = False
    is_gone: bool = False


def changes_of(views: Sequence[Sequence[Seen]], sides: Mapping[int, str], who: Who) -> list[Change]:
    """Every change of any record, the newest first; ``sides`` gives a source's side by its id."""
    found = [each for record in views for each in _of_record(record, sides, who)]
    return sorted(found, key=lambda each: (each.at, each.side), reverse=True)


def _of_record(record: Sequence[Seen], sides: Mapping[int, str], who: Who) -> Iterator[Change]:
    first = record[0]
    side, begun = sides[first.source_id], first.at.astimezone(VIETNAM)
    yield Change(at=begun, side=side, external_id=first.external_id, is_first=True)
    for before, after in pairwise(record):
        told = () if after.view is None else tuple(_altered(before.view, after.view, who))
        yield Change(
            at=after.at.astimezone(VIETNAM),
            side=side,
            external_id=after.external_id,
            fields=told,
            is_gone=after.view is None,
        )


def _altered(before: RecordView | None, after: RecordView, who: Who) -> Iterator[Altered]:
    if before is None:
        return
    for name in _COMPARED:
        old, new = (_words(name, view, who) for view in (before, after))
        if old != new:
            yield Altered(name, old, new)
    events = [len(view.events or ()) for view in (before, after)]
    if before.events != after.events:
        yield Altered("events", *(text("pages.dossiers.steps", count=each) for each in events))


def _words(name: str, view: RecordView, who: Who) -> str:
    given = getattr(view, name)
    match name:
        case "codes":
            return ", ".join(given)
        case "unit":
            return seen_unit(given, who) or text("pages.discrepancies.other_unit")
        case "status":
            return value(name, int(given))
        case _ if name.endswith("_at"):
            return value(name, given.isoformat() if given else None)
        case _:
            return value(name, given)
