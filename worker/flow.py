"""The journey on one page: which event starts which stage.

    sync ──► pull ──PullFinished(province)──► look_up ──PullFinished(portal)──► reconcile
                                                                                   │
                                                                     ReconciliationFinished

A stage reads, lets the core decide, writes, and appends its event in the same transaction. It
names no other stage: only this table knows what comes next.
"""

from enum import StrEnum

from models.types import EventKind, Side


class Stage(StrEnum):
    """The verbs of the journey; each is a module of ``stages/``."""

    PULL = "pull"
    LOOK_UP = "look_up"
    RECONCILE = "reconcile"


FIRST = Stage.PULL

_AFTER_PULL = {
    Side.PROVINCE: (Stage.LOOK_UP,),
    Side.MINISTRY: (Stage.LOOK_UP,),
    Side.PORTAL: (Stage.RECONCILE,),
}


def following(kind: EventKind, side: Side | None) -> tuple[Stage, ...]:
    """The stages an event starts; ``side`` is that of the source it speaks of, if any."""
    if kind is EventKind.PULL_FINISHED and side is not None:
        return _AFTER_PULL[side]
    return ()
