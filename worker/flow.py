"""The journey on one page: which event starts which stage.

    sync ──► pull ──PullFinished(province, ministry)──► look_up ──PullFinished(portal)──► link
                                                                                           │
             alert ◄──HealthMeasured── measure ◄──ReconciliationFinished── reconcile ◄──CodesLinked┘

Where a month is closed, ``close`` comes after ``measure`` as well. A file comes in by ``load``,
which ends as a reading of its source does. The schedule also starts ``prune``, ``backup``,
``digest`` and ``publish``, from which nothing follows.

    resend ──Resent──► pull ──► look_up ──► link ──► reconcile ──► watch

A request to send dossiers again that was approved is sent by ``resend``, and the dossiers that went
are read anew on both sides; after each reconciliation ``watch`` judges what became of those that
are waited for. Once the first dossiers of a request were looked at, ``ResendGoesOn`` starts
``resend`` for the rest; where they got worse, ``ResendHeld`` starts ``tell``, which writes the mail
about it.

A stage reads, lets the core decide, writes, and appends its event in the same transaction. It
names no other stage: only this table knows what comes next.
"""

from collections.abc import Mapping
from enum import StrEnum

from models.types import EventKind, Side


class Stage(StrEnum):
    """The verbs of the journey; each is a module of ``stages/``."""

    PULL = "pull"
    LOOK_UP = "look_up"
    LOAD = "load"
    LINK = "link"
    RECONCILE = "reconcile"
    MEASURE = "measure"
    CLOSE = "close"
    PRUNE = "prune"
    BACKUP = "backup"
    ALERT = "alert"
    DIGEST = "digest"
    PUBLISH = "publish"
    RESEND = "resend"
    WATCH = "watch"
    TELL = "tell"


# A stage begins only once the other, of the same journey, is over.
WAITS_FOR: Mapping[str, str] = {Stage.LOOK_UP: Stage.PULL}

_AFTER_PULL = {
    Side.PROVINCE: (Stage.LOOK_UP,),
    Side.MINISTRY: (Stage.LOOK_UP,),
    Side.PORTAL: (Stage.LINK,),
}

_AFTER = {
    EventKind.CODES_LINKED: (Stage.RECONCILE,),
    EventKind.RECONCILIATION_FINISHED: (Stage.WATCH, Stage.MEASURE),
    EventKind.MEASURED: (Stage.CLOSE, Stage.ALERT),
    EventKind.RESENT: (Stage.PULL,),
    EventKind.RESEND_GOES_ON: (Stage.RESEND,),
    EventKind.RESEND_HELD: (Stage.TELL,),
}


def following(kind: EventKind, side: Side | None) -> tuple[Stage, ...]:
    """The stages an event starts; ``side`` is that of the source it speaks of, if any."""
    if kind is EventKind.PULL_FINISHED and side is not None:
        return _AFTER_PULL[side]
    return _AFTER.get(kind, ())
