"""The plain values of re-sends: where a request stands, what was answered, what came of it."""

from enum import StrEnum


class ResendState(StrEnum):
    """Where a request stands. HANDED_OVER: a list went to the system's own operator.

    HELD: it stopped by itself, as its first dossiers got worse, and waits for an approver.
    """

    ASKED = "asked"
    APPROVED = "approved"
    SENDING = "sending"
    HELD = "held"
    HANDED_OVER = "handed_over"
    WATCHING = "watching"
    DONE = "done"
    REJECTED = "rejected"
    STOPPED = "stopped"

    @property
    def is_open(self) -> bool:
        """Whether the request still holds its dossiers: no other may ask for them."""
        return self in OPEN_RESENDS


OPEN_RESENDS = frozenset(
    {
        ResendState.ASKED,
        ResendState.APPROVED,
        ResendState.SENDING,
        ResendState.HELD,
        ResendState.HANDED_OVER,
        ResendState.WATCHING,
    }
)


class ResendAnswer(StrEnum):
    """What a province's system answered to a re-send, judged by worker/core/resend/answers.py."""

    TAKEN = "taken"
    ALREADY_THERE = "already_there"
    HEADER_ONLY = "header_only"  # the dossier was taken, its course was not
    REFUSED = "refused"
    NOTHING_SENT = "nothing_sent"  # acknowledged, although nothing went out
    UNCLEAR = "unclear"  # words nobody understands
    NO_ANSWER = "no_answer"  # down, timed out, unreadable: it may have been done, or not


class ResendResult(StrEnum):
    """What the second look at the portal showed of one dossier."""

    CLOSED = "closed"
    UNCHANGED = "unchanged"
    WORSE = "worse"
    UNKNOWN = "unknown"  # nobody could look


class ResendGround(StrEnum):
    """The likeliest reason why a dossier stayed as it was after a re-send."""

    NOT_ASKED = "not_asked"  # stopped or refused before its turn, or another cause by then
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    STATUS_UNMAPPED = "status_unmapped"  # D01: the province's status is not queued at all
    GAVE_UP = "gave_up"  # D02: the queue gave up after ten tries
    NOTHING_SENT = "nothing_sent"  # D03: acknowledged, nothing went out
    TWO_CODES = "two_codes"  # D06: it stands there under another code
    PROCEDURE_UNKNOWN = "procedure_unknown"  # D07: the portal's catalogue lacks it
    HEADER_WITHOUT_EVENTS = "header_without_events"  # D08
    REWRITTEN = "rewritten"  # D09: 5/6/8 goes out as 9
    OLD_END_STAYS = "old_end_stays"  # the portal has no call that takes an event back
    SENT_OTHERWISE = "sent_otherwise"  # D26 and the like: what went is not what the province has
    NOT_YET = "not_yet"  # taken, and the portal shows nothing of it
    UNCLEAR = "unclear"
