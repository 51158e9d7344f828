"""What mends a difference: the proposed step behind each cause (domain, section 3)."""

from collections.abc import Mapping
from enum import StrEnum

from models.types import Cause, CauseKind


class Remedy(StrEnum):
    """Who has to do what, so that both sides agree again."""

    RESEND = "resend"  # the province's system sends the dossier again
    FIX_SENDER = "fix_sender"  # its maker mends what it sends
    FIX_MAP = "fix_map"  # the lists of units or procedures are mended
    LINK_CODES = "link_codes"  # an operator says that two codes are one dossier
    CHECK = "check"  # somebody has to look
    WAIT = "wait"  # it is on its way
    NONE = "none"  # both sides count by rules of their own


_REMEDIES: Mapping[Cause, Remedy] = {
    Cause.NOT_ON_PORTAL: Remedy.RESEND,
    Cause.STATUS_BEHIND: Remedy.RESEND,
    Cause.END_EVENT_MISSING: Remedy.RESEND,
    Cause.END_DIFFERS: Remedy.RESEND,
    Cause.DUE_DIFFERS: Remedy.RESEND,
    Cause.PAUSE_NOT_SYNCED: Remedy.RESEND,
    Cause.RECEIPT_DIFFERS: Remedy.RESEND,
    Cause.REWRITTEN: Remedy.FIX_SENDER,
    Cause.CLOCK_SHIFT: Remedy.FIX_SENDER,
    Cause.UNIT_DIFFERS: Remedy.FIX_MAP,
    Cause.PROCEDURE_DIFFERS: Remedy.FIX_MAP,
    Cause.TWO_CODES: Remedy.LINK_CODES,
    Cause.IN_FLIGHT: Remedy.WAIT,
}


def remedy_of(cause: Cause) -> Remedy:
    """The step that mends a cause; a cause of rules has none, any other needs at least a look."""
    if cause.kind is CauseKind.RULE:
        return Remedy.NONE
    return _REMEDIES.get(cause, Remedy.CHECK)
