"""Answers to a mail without an account: what a link in it says, signed, and for a time only.

A link says for which unit, about which incidents and what is answered. Whoever holds the mail holds
the link, so it allows nothing else: it says that somebody has seen to them, or that they are not
the unit's.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest, digest

from models.types import IncidentStepKind
from worker.core.alerts.letter import LetterLinks

VALID_FOR = timedelta(days=30)
LONGEST_TOKEN = 4_000
PATHS: Mapping[IncidentStepKind, str] = {
    IncidentStepKind.HANDLED: "handled",
    IncidentStepKind.NOT_OURS: "not-ours",
}

# What else the same secret may sign one day is not taken for an answer.
_PURPOSE = b"doisoat: answer to a mail\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a link answers: ``what`` is HANDLED or NOT_OURS, ``unit`` empty for the province."""

    what: IncidentStepKind
    unit: str
    incidents: tuple[int, ...]
    expires_at: datetime


def token_of(answer: Answer, secret: str) -> str:
    """The answer as it stands in a link: letters, digits, ``-``, ``_`` and one dot."""
    expiry = int(answer.expires_at.timestamp())
    told = [answer.what.value, answer.unit, list(answer.incidents), expiry]
    plain = _text(json.dumps(told, separators=(",", ":")).encode())
    return f"{plain}.{_text(_signature(plain, secret))}"


def answer_in(token: str, secret: str) -> Answer | None:
    """What a link answers, whether it still holds or not; None where it is not one of ours."""
    plain, _, signed = token.partition(".")
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    if not compare_digest(_text(_signature(plain, secret)).encode(), signed.encode()):
        return None
    return _read(plain)


def links_to_answer(
    address: str, secret: str, unit: str, incidents: Sequence[int], now: datetime
) -> LetterLinks:
    """The links by which a mail about incidents can be answered for thirty days.

    Args:
        address: Where the console is, as those who get the mail reach it.
        secret: What signs the links.
        unit: The unit the mail goes to, empty for the province as a whole.
        incidents: The ids of those it speaks of; without any there is nothing to answer.
        now: When the mail is written.
    """
    if not incidents:
        return LetterLinks()
    links = {}
    for what, path in PATHS.items():
        answer = Answer(
            what=what, unit=unit, incidents=tuple(incidents), expires_at=now + VALID_FOR
        )
        links[what] = f"{address}/{path}/{token_of(answer, secret)}"
    return LetterLinks(
        handled=links[IncidentStepKind.HANDLED], not_ours=links[IncidentStepKind.NOT_OURS]
    )


def _signature(plain: str, secret: str) -> bytes:
    return digest(secret.encode(), _PURPOSE + plain.encode(), sha256)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _read(plain: str) -> Answer | None:
    """What was signed; a later version of ours may have signed something else."""
    try:
        padded = plain + "=" * (-len(plain) % 4)
        what, unit, incidents, expiry = json.loads(urlsafe_b64decode(padded))
        return Answer(
            what=IncidentStepKind(what),
            unit=unit,
            incidents=tuple(incidents),
            expires_at=datetime.fromtimestamp(expiry, UTC),
        )
    except (NotBase64, ValueError, TypeError, OverflowError):
        return None
