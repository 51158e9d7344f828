"""What a dossier in its usual shape says of its unit's health, in SQL.

Usual is one record a side at most, each as it is now; every code at home answered for once, or none
at all; and no change of which our readings could tell when it arrived. ``is_usual`` tells that
shape from any other, which is left to ``worker.core.health``: there the rule stands, and the other
texts are what its functions of the same name come to.

``home`` and ``other`` are a dossier's rows of ``dossierrecord`` on the two sides, NULL where there
is none. In seconds: ``:start`` and ``:cutoff`` are the window, ``:known`` the instant up to which
anything is known, ``:read`` the one at which the first reading of the other side had ended.
"""

from collections.abc import Iterable

from models.rates import Trait
from models.types import Status
from worker.core.course import END_RANKS

_A_DAY = 86_400
_SIDES = ("home", "other")
_ENDS = ", ".join(str(each.value) for each in Status if each.is_end)
_END = f"CASE WHEN home.status IN ({_ENDS}) THEN coalesce(home.finished_at, home.returned_at) END"
_CODES = "(1 + length(home.codes) - length(replace(home.codes, ' ', '')))"
_ANSWERS = """FROM lookupanswer AS answer
    WHERE answer.dossier_id = dossier.id AND answer.source_id = :other"""
_EVENTS = "FROM progressevent AS event WHERE event.record_id = other.id"
_IS_ASKED = f"EXISTS (SELECT 1 {_ANSWERS})"


def is_usual(sources: Iterable[int]) -> str:
    """Whether a dossier is in the usual shape; ``sources`` are all that have a say."""
    held = " + ".join(f"CASE WHEN {side}.id IS NULL THEN 0 ELSE 1 END" for side in _SIDES)
    return f"""
        {" AND ".join(map(_is_as_known, _SIDES))} AND NOT coalesce(home.events_told, FALSE)
        AND {held} = (SELECT count(*) FROM dossierrecord AS record
            WHERE record.dossier_id = dossier.id
            AND record.source_id IN ({", ".join(map(str, sources))}))
        AND CASE WHEN home.id IS NULL THEN NOT EXISTS (SELECT 1 {_ANSWERS} AND NOT answer.found)
            ELSE {_is_asked_once_or_never()} END"""  # noqa: S608 - our own names


def _is_as_known(side: str) -> str:
    """Whether a side's record, if there is one, was there as it is now."""
    return f"coalesce({side}.observed_at <= :known AND {side}.gone_at IS NULL, TRUE)"


def _is_asked_once_or_never() -> str:
    """Whether there are no answers, or as many as codes at home, one of each, and all hold.

    Given since the last change at home, and no refusal of what the other side shows.
    """
    return f"""(SELECT CASE count(*) WHEN 0 THEN TRUE WHEN {_CODES} THEN
            {_CODES} = count(DISTINCT CASE WHEN
                replace(' ' || home.codes || ' ', ' ' || answer.code || ' ', '')
                    <> ' ' || home.codes || ' '
                AND answer.since <= :known
                AND (answer.since > home.observed_at
                    OR (answer.since = home.observed_at AND answer.run_id >= home.changed_run))
                AND (answer.found OR other.id IS NULL OR answer.code <> other.external_id)
                AND {_is_long_past("home.received_at")} AND {_is_long_past(_END)}
                THEN answer.code END)
        ELSE FALSE END {_ANSWERS})"""


def _is_long_past(change: str) -> str:
    """Whether a change has no lag: there was none, or before our readings could tell it."""
    return f"""coalesce({change} > :cutoff
        OR ({change} <= answer.since AND coalesce({change} <= :read, TRUE)), TRUE)"""


def unit() -> str:
    """The unit it belongs to; NULL where nobody has it."""
    return "coalesce(home.unit, other.unit)"


def on_portal() -> str:
    """NULL where it was not received in the window."""
    known = f"CASE WHEN other.id IS NOT NULL OR NOT {_IS_ASKED} THEN 1 ELSE 0 END"
    return f"CASE WHEN home.received_at >= :start AND home.received_at <= :cutoff THEN {known} END"


def presumed() -> str:
    """Whether the other side is only presumed to have it: held at home, and nobody asked for it."""
    return f"""CASE WHEN home.received_at >= :start AND home.received_at <= :cutoff
        AND other.id IS NULL AND NOT {_IS_ASKED} THEN 1 ELSE 0 END"""


def events_missing() -> str:
    """NULL where the other side tells no events of it, or it has no part in the window."""
    end = f"(SELECT {_end_of_events()} {_EVENTS})"
    receipt = f"EXISTS (SELECT 1 {_EVENTS} AND event.status = {Status.RECEIVED.value})"
    return f"""CASE
        WHEN other.id IS NULL OR NOT other.events_told OR other.status = {Status.NEW.value}
            OR other.received_at IS NULL OR other.received_at > :cutoff THEN NULL
        WHEN other.received_at < :start AND {end} < :start THEN NULL
        WHEN NOT {receipt} OR (other.status IN ({_ENDS}) AND {end} IS NULL) THEN 1
        ELSE 0 END"""


def _end_of_events() -> str:
    ranks = (", ".join(str(each.value) for each in sorted(rank)) for rank in END_RANKS)
    lasts = (f"max(CASE WHEN event.status IN ({rank}) THEN event.at END)" for rank in ranks)
    return f"coalesce({', '.join(lasts)})"


def filed() -> str:
    """When it was filed, where it has a reception that was due in the window; else NULL."""
    online = Trait.FILED_ONLINE.value
    return f"""CASE WHEN home.submitted_at >= :start AND home.submitted_at <= :cutoff
        AND ((home.traits_told & {online}) = 0 OR (home.traits & {online}) <> 0)
        AND coalesce({answered()} > home.submitted_at, home.status = {Status.NEW.value})
        THEN home.submitted_at END"""


def answered() -> str:
    """When it was received at home, or refused; NULL where it waits, or nobody tells."""
    return f"coalesce(home.received_at, {_END})"


def is_prompt() -> str:
    """Whether it was answered so soon that no calendar makes it late: within a day and a night.

    Over ``filed`` and ``answered``. The limit is one working day, which never ends earlier.
    """
    return f"(answered <= filed + {_A_DAY})"
