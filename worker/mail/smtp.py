"""Hands mails to one mail server, over one connection for as many as there are.

No address and no word of a mail is logged or put into an error: of the server's answers only the
numbers are kept.
"""

import smtplib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from email.policy import SMTP

from worker.errors import PermanentError
from worker.mail.connection import connect, fault_of, short_reply
from worker.mail.server import MailServer
from worker.ports import Handed, OutgoingMail

_DONE = 250
_TAKEN = (250, 251)
_HANGS_UP = 421
_TOO_LARGE = 552
_PERMANENT = range(500, 600)
_UNWRITABLE = "bad_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpConfig:
    """Which server, and how patient we are with it.

    ``patience`` is how many seconds each answer may take; ``patience_at_end`` is for the one after
    the mail itself, while servers look for viruses: who goes before it comes sends the mail twice.
    ``context`` says whom to trust, None: those whom the machine trusts.
    """

    server: MailServer
    patience: float = 30.0
    patience_at_end: float = 300.0
    context: ssl.SSLContext | None = None


@dataclass(slots=True)
class _Answers:
    """What the server said about each address so far."""

    taken: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)

    def note(self, addresses: Iterable[str], code: int, reply: bytes) -> None:
        """Keep that these can't have the mail: for good, or for now."""
        kept = self.refused if code in _PERMANENT else self.later
        kept.update(dict.fromkeys(addresses, short_reply(code, reply)))

    @property
    def handed(self) -> Handed:
        """The same as a value."""
        return Handed(taken=tuple(self.taken), refused=self.refused, later=self.later)


class SmtpPostman:
    """Hands mails to one server; connects when the first one comes."""

    def __init__(self, config: SmtpConfig) -> None:
        self._config = config
        self._connection: smtplib.SMTP | None = None

    def send(self, mail: OutgoingMail) -> Handed:
        """Hand over one mail.

        What breaks once the server can hear of the mail is told as its fate, for it may be the
        mail that breaks it: others may well go.

        Raises:
            UpstreamUnavailable: the server can't be reached, or takes no mail just now.
            LoginRefused: it refuses our login.
            PermanentError: it refuses us or our sender, whatever the mail.
        """
        connection = self._ready()
        answers = _Answers()
        try:
            self._hand_over(connection, mail, answers)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            told = {*answers.taken, *answers.refused}
            left = [each for each in mail.to if each not in told]
            answers.later.update(dict.fromkeys(left, fault_of(error)))
        return answers.handed

    def close(self) -> None:
        """Say goodbye."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()

    def _ready(self) -> smtplib.SMTP:
        """A connection that waits for the next mail: the last one where it still answers."""
        if self._connection is not None:
            try:
                if self._connection.rset()[0] == _DONE:
                    return self._connection
            except (OSError, smtplib.SMTPException):
                pass
            self._drop()
        config = self._config
        self._connection = connect(config.server, config.patience, config.context)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _hand_over(self, connection: smtplib.SMTP, mail: OutgoingMail, answers: _Answers) -> None:
        sender = _sender(mail)
        if not _is_writable(sender):
            raise self._sender_refused(_UNWRITABLE)
        code, reply = connection.mail(sender, _options(connection, mail))
        if code != _DONE:
            self._not_begun(code, reply)
            answers.note(mail.to, code, reply)
            return
        accepted = _offered(connection, mail.to, answers)
        if not accepted:
            return
        _wait(connection, self._config.patience_at_end)
        code, reply = _written(connection, mail.content)
        if code == _DONE:
            answers.taken.extend(accepted)
        else:
            answers.note(accepted, code, reply)
        _wait(connection, self._config.patience)

    def _not_begun(self, code: int, reply: bytes) -> None:
        """What stands against us rather than the mail is said as such; it stands against all."""
        _unless_hanging_up(code, reply)
        if code in _PERMANENT and code != _TOO_LARGE:
            self._drop()
            raise self._sender_refused(short_reply(code, reply))

    def _sender_refused(self, detail: str) -> PermanentError:
        server = self._config.server.shown
        return PermanentError("mail_sender_refused", server=server, detail=detail)


def _offered(connection: smtplib.SMTP, addresses: Iterable[str], answers: _Answers) -> list[str]:
    """Name everybody the mail is for; those for whom the server would take it."""
    accepted = []
    for address in addresses:
        if not _is_writable(address):
            answers.refused[address] = _UNWRITABLE
            continue
        code, reply = connection.rcpt(address)
        _unless_hanging_up(code, reply)
        if code in _TAKEN:
            accepted.append(address)
        else:
            answers.note([address], code, reply)
    return accepted


def _is_writable(address: str) -> bool:
    """Whether an address can be said to any server, and says nothing but itself."""
    return address.isascii() and address.isprintable() and " " not in address


def _written(connection: smtplib.SMTP, content: bytes) -> tuple[int, bytes]:
    """Hand over the mail itself; the server's answer, also where it did not want to see it."""
    try:
        code, reply = connection.data(content)
    except smtplib.SMTPDataError as error:
        code, reply = error.smtp_code, _bytes(error.smtp_error)
    _unless_hanging_up(code, reply)
    return code, reply


def _unless_hanging_up(code: int, reply: bytes) -> None:
    if code == _HANGS_UP:
        raise smtplib.SMTPResponseException(code, reply)


def _sender(mail: OutgoingMail) -> str:
    """The address in its own ``From``, to which what can't be delivered comes back."""
    told = BytesHeaderParser(policy=SMTP).parsebytes(mail.content)["from"]
    addresses = told.addresses if told is not None else ()
    return addresses[0].addr_spec if addresses else ""


def _options(connection: smtplib.SMTP, mail: OutgoingMail) -> list[str]:
    """What the server may know of the mail before it comes, as far as it cares."""
    options = []
    if connection.has_extn("size"):
        options.append(f"size={len(mail.content)}")
    if connection.has_extn("8bitmime") and not mail.content.isascii():
        options.append("body=8bitmime")
    return options


def _wait(connection: smtplib.SMTP, seconds: float) -> None:
    if connection.sock is not None:
        connection.sock.settimeout(seconds)


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()
