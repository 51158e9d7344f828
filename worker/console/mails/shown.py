"""What is shown of mails; page and API tell the same."""

from collections.abc import Mapping, Sequence
from email import message_from_bytes
from email.policy import default
from typing import Any, Final

from sqlmodel import Session

from models.mail import OutboundMail
from models.types import MailReason, MailState
from worker.bootstrap import Services
from worker.console.calls import Moment, Told
from worker.db.mails import find, list_mails
from worker.i18n import fault_in_words, text
from worker.render.mails import mail_item, words_of


class AnswerTold(Told):
    """What the mail server said last of an address: ``taken``, ``refused`` or ``later``.

    ``state`` is ``waiting`` of one it was not asked about yet since the mail was sent again.
    ``again`` is when it was sent again to the address last; ``left_out`` says that the address was
    no longer to be told when the mail was sent again, ``unsent`` that it was never sent there.
    """

    state: str
    detail: str
    again: Moment | None
    left_out: bool


class MailTold(Told):
    """A mail; ``unit`` is null for the whole province, ``recipients`` are the server's answers.

    ``first_to`` are those it was written for, ``to`` those it is for now: the same until it is sent
    again, then those listed that day.
    """

    id: int
    to: Sequence[str]
    first_to: Sequence[str]
    subject: str
    state: MailState
    incidents: Sequence[int]
    created_at: Moment
    sent_at: Moment | None
    unit: str | None
    reason: MailReason
    attempts: int
    next_try_at: Moment | None
    error: str | None
    recipients: Mapping[str, AnswerTold]
    message_id: str
    thread: str

    @property
    def again(self) -> Mapping[str, Moment]:
        """To whom the mail was sent again, and when last."""
        return {each: said.again for each, said in self.recipients.items() if said.again}

    def became(self, address: str) -> str:
        """What became of one address, in words; empty where nothing is known yet."""
        said = self.recipients.get(address)
        if said is None:
            return ""
        detail = fault_in_words(said.detail)
        answer = text(f"pages.mails.answer.{said.state}") + (f": {detail}" if detail else "")
        return text("pages.mails.left_out", answer=answer) if said.left_out else answer


class LetterTold(MailTold):
    """A mail as people without pictures read it, and what is attached to it."""

    text: str
    attachments: Sequence[str]


def listed(
    services: Services, state: MailState | None, limit: int | None, offset: int = 0
) -> tuple[int, list[MailTold]]:
    """How many mails there are, and a part of them (None: all), the newest first."""
    with Session(services.engine) as session:
        total, rows = list_mails(session, limit, state, offset)
        return total, [MailTold(**mail_item(row)) for row in rows]


FILE_COLUMNS: Final = (
    "number",
    "subject",
    "to",
    "unit",
    "state",
    "reason",
    "created_at",
    "sent_at",
    "attempts",
    "trouble",
)


def file_row(mail: MailTold) -> tuple[object, ...]:
    """A mail as a row of a file, in the order of ``FILE_COLUMNS``."""
    return (
        mail.id,
        mail.subject,
        ", ".join(mail.to),
        mail.unit,
        text(f"mails.state.{mail.state.value}"),
        text(f"incidents.reason.{mail.reason.value}"),
        mail.created_at,
        mail.sent_at,
        mail.attempts,
        mail.error,
    )


def letter_of(services: Services, number: int) -> LetterTold:
    """One mail to read.

    Raises:
        NotFoundError: there is none of this number.
    """
    with Session(services.engine) as session:
        return letter_in(find(session, number))


def letter_in(row: OutboundMail) -> LetterTold:
    """The same of a row."""
    told: dict[str, Any] = mail_item(row)
    return LetterTold(**told, text=words_of(row), attachments=_attachments(row))


def _attachments(row: OutboundMail) -> list[str]:
    parts = message_from_bytes(row.content, policy=default).iter_attachments()
    return [name for part in parts if (name := part.get_filename())]
