"""In what manner a simulated province system sends dossiers to the portal again.

Each is something that real systems do (wire.md sections 4 and 6).
"""

from enum import StrEnum
from zlib import crc32

import msgspec


class Manner(StrEnum):
    """What becomes of a re-send."""

    HONEST = "honest"  # header and course arrive
    QUEUED = "queued"  # accepted, and on its way until somebody lets it arrive
    GIVES_UP = "gives_up"  # accepted, and given up after ten more tries (D02)
    NOTHING_SENT = "nothing_sent"  # acknowledged without a word, and nothing went out (D03)
    SECOND_TIME = "second_time"  # nothing goes out the first time, all of it the second (TD's flag)
    ALREADY_THERE = "already_there"  # taken for there already, and left as it was
    UNMAPPED = "unmapped"  # its status has no code of the portal's, so it is refused (D01)
    HEADER_ONLY = "header_only"  # the header arrives, the course does not (D08)
    REWRITES = "rewrites"  # 5, 6 and 8 go out as 9, ended at receipt (D09, D10, D27)
    SECOND_CODE = "second_code"  # it goes out under a random code (D06)
    ENDS_NOW = "ends_now"  # the end goes out as the moment of sending (D26)


class ResendPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which dossier is sent again in which manner.

    Attributes:
        manners: These are dealt out over all dossiers, to each always the same.
        of: The manner of single dossiers, by their codes at home.
    """

    manners: tuple[Manner, ...] = (Manner.HONEST,)
    of: dict[str, Manner] = {}

    def manner(self, code: str) -> Manner:
        """The manner in which a dossier goes."""
        chosen = self.manners[crc32(code.encode()) % len(self.manners)] if self.manners else None
        return self.of.get(code) or chosen or Manner.HONEST


ALL_HONEST = ResendPlan()


class Said(StrEnum):
    """What the province's system answers to one step of a re-send."""

    DONE = "done"
    QUEUED = "queued"
    EXISTS = "exists"
    UNKNOWN = "unknown"  # the portal does not have what is to be brought up to date
    REFUSED = "refused"
    COURSE_FAILED = "course_failed"
    NOTHING = "nothing"
