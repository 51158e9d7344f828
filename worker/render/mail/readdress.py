"""A mail that goes to others than it was written to."""

import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage

from worker.render.mail.wire import WIRE

_END_OF_HEADERS = b"\r\n\r\n"
_TO = re.compile(rb"^To:.*\n(?:[ \t].*\n)*", re.MULTILINE | re.IGNORECASE)


def readdressed(content: bytes, to: Sequence[str]) -> bytes:
    """A whole message with these addresses in its ``To``; every other byte stays as it is.

    Args:
        content: The message, with CRLF line ends.
        to: The addresses it goes to.
    """
    head, gap, body = content.partition(_END_OF_HEADERS)
    named = EmailMessage(policy=WIRE)
    named["To"] = [Address(addr_spec=each) for each in to]
    line = WIRE.fold_binary("To", named["To"])
    written = _TO.sub(lambda _: line, head + b"\r\n", count=1).removesuffix(b"\r\n")
    return written + gap + body
