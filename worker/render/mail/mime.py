"""A mail as it goes over the wire, from its parts."""

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from hashlib import sha256

from worker.core.times import VIETNAM
from worker.render.mail.parts import MailParts
from worker.render.mail.wire import WIRE

_XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PICTURE = "doi-soat.png"


def message(
    parts: MailParts,
    *,
    sender: str,
    to: Sequence[str],
    message_id: str,
    thread: str,
    at: datetime,
) -> bytes:
    """The whole message with CRLF line ends; the same arguments give the same bytes.

    Args:
        parts: What the mail says.
        sender: The address it comes from; its name is the list's.
        to: The addresses it goes to.
        message_id: Its own identity, in angle brackets.
        thread: The Message-ID the thread of the unit and month begins with; programs show mails
            that refer to it together. In the mail that begins it, the same as ``message_id``.
        at: When it was written, an aware instant.
    """
    mail = EmailMessage(policy=WIRE)
    for name, value in _headers(parts, message_id, thread).items():
        mail[name] = value
    mail["From"] = Address(parts.list_name, addr_spec=sender)
    mail["To"] = [Address(addr_spec=each) for each in to]
    mail["Date"] = at.astimezone(VIETNAM)
    mail["List-Id"] = f"<{parts.list_id}.{sender.rpartition('@')[2]}>"
    _fill(mail, parts)
    _settle_boundaries(mail, message_id)
    return mail.as_bytes()


def _headers(parts: MailParts, message_id: str, thread: str) -> dict[str, str]:
    """RFC 3834 keeps programs that are out of the office from answering, RFC 5322 the thread."""
    headers = {
        "Subject": parts.subject,
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "list",
        "Content-Language": parts.language,
    }
    if thread != message_id:
        headers |= {"In-Reply-To": thread, "References": thread}
    return headers


def _fill(mail: EmailMessage, parts: MailParts) -> None:
    """mixed(alternative(text, related(html, png)), xlsx), as far as there are such parts."""
    mail.set_content(parts.text)
    mail.add_alternative(parts.html, subtype="html")
    if parts.png is not None:
        [_, page] = mail.iter_parts()
        if isinstance(page, EmailMessage):
            page.add_related(
                parts.png,
                maintype="image",
                subtype="png",
                cid=f"<{parts.picture}>",
                filename=_PICTURE,
                disposition="inline",
            )
    if parts.xlsx is not None:
        mail.add_attachment(
            parts.xlsx, maintype="application", subtype=_XLSX, filename=parts.workbook
        )


def _settle_boundaries(mail: EmailMessage, message_id: str) -> None:
    """The library would draw them by lot, and the bytes would differ from run to run."""
    for place, part in enumerate(mail.walk()):
        if part.is_multipart():
            seed = f"{message_id} {place}".encode()
            part.set_boundary(f"=_{sha256(seed).hexdigest()[:32]}")
