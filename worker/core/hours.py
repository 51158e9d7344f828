"""The office hours of a province: the half-day sessions of a working day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from itertools import pairwise

Session = tuple[time, time]

_SESSION = re.compile(r"([0-9]{1,2}):([0-9]{2}) ?[-–] ?([0-9]{1,2}):([0-9]{2})")
_MOST_SESSIONS = 6


@dataclass(frozen=True, slots=True)
class Hours:
    """The sessions of a working day in local clock times, in order and apart from each other.

    They say when work goes on, not how long a limit is: a working day counts 8 hours in every
    known implementation (wire.md section 12), also where its sessions add up to 7.5, so a limit
    of 8 working hours is one working day whatever the sessions.
    """

    sessions: tuple[Session, ...] = ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))

    @property
    def begins(self) -> time:
        """When the working day begins."""
        return self.sessions[0][0]


OFFICE_HOURS = Hours()


def parse_hours(texts: Sequence[str]) -> Hours:
    """Read sessions written as ``07:30-11:30``.

    Raises:
        ValueError: a text is no session, one ends before it begins, they are out of order or
            overlap, or there are none or too many.
    """
    sessions = tuple(map(_session, texts))
    if not 1 <= len(sessions) <= _MOST_SESSIONS:
        raise ValueError(texts)
    if any(earlier[1] > later[0] for earlier, later in pairwise(sessions)):
        raise ValueError(texts)
    return Hours(sessions)


def _session(text: str) -> Session:
    match = _SESSION.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    hour, minute, to_hour, to_minute = map(int, match.groups())
    begins, ends = time(hour, minute), time(to_hour, to_minute)
    if begins >= ends:
        raise ValueError(text)
    return begins, ends
