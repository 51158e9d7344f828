"""For whom a mail is: those it was written for, and those told since, as it was sent again.

``to`` are those it was written for. ``answers`` tell by address what a mail server said last:
``state`` is one of those below, ``detail`` the server's words; ``again`` when it was sent again to
that address last, ``left_out`` that the address was no longer to be told when it was.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from worker.core.times import VIETNAM

TAKEN: Final = "taken"
REFUSED: Final = "refused"
LATER: Final = "later"
WAITING: Final = "waiting"  # sent again, and the server was not asked yet
UNSENT: Final = "unsent"  # left out before the server was ever asked

_DONE = (TAKEN, REFUSED)

Answers = Mapping[str, Mapping[str, Any]]


def everybody(to: Sequence[str], answers: Answers) -> list[str]:
    """All whom a mail is or was for, those it was written for first."""
    return list(dict.fromkeys((*to, *answers)))


def of_now(to: Sequence[str], answers: Answers) -> list[str]:
    """Those a mail is for now."""
    return [each for each in everybody(to, answers) if not is_left_out(answers, each)]


def still_to_get(to: Sequence[str], answers: Answers) -> list[str]:
    """Those of now who may still get it."""
    return [each for each in of_now(to, answers) if _state(answers, each) not in _DONE]


def is_left_out(answers: Answers, address: str) -> bool:
    """Whether an address was no longer to be told as the mail was sent again."""
    return bool(answers.get(address, {}).get("left_out"))


def who_got_it(answers: Answers) -> list[str]:
    """The addresses for which a server took it last."""
    return [each for each in answers if _state(answers, each) == TAKEN]


def asked_again(listed: Sequence[str], got: Collection[str]) -> list[str]:
    """Who of those listed today gets a mail that is sent again.

    Those who have not got it; where it reached all of them, all again.
    """
    have = _plain(got)
    left = [each for each in listed if each.casefold() not in have]
    return left or list(listed)


def sent_again(
    to: Sequence[str], answers: Answers, listed: Sequence[str], at: datetime
) -> dict[str, dict[str, Any]]:
    """The answers of a mail from the instant on at which it is sent again.

    Args:
        to: Those it was written for.
        answers: What was said of them so far.
        listed: Those who are to be told today, at the levels the mail was meant for.
        at: When that is, an aware instant.
    """
    got = who_got_it(answers)
    asked = asked_again(listed, got)
    # Of an address spelt in two ways only the one that got it stays.
    has_it = [each for each in got if each.casefold() in _plain(listed) - _plain(asked)]
    kept = {}
    for each in everybody(to, answers):
        kept[each] = _before(answers, each) | {"left_out": each not in has_it}
    told = {"state": WAITING, "detail": "", "again": at.astimezone(VIETNAM).isoformat()}
    return kept | {each: dict(told) for each in asked}


def _before(answers: Answers, address: str) -> dict[str, Any]:
    """What was said of an address so far."""
    said = dict(answers.get(address, {}))
    is_known = said.get("state") not in (None, WAITING)
    return said if is_known else said | {"state": UNSENT, "detail": ""}


def _state(answers: Answers, address: str) -> str | None:
    state: str | None = answers.get(address, {}).get("state")
    return state


def _plain(addresses: Collection[str]) -> frozenset[str]:
    return frozenset(each.casefold() for each in addresses)
