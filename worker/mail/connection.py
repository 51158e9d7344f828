"""Reaching a mail server: connect, turn to TLS, log in; what goes wrong there, in our words."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from worker.errors import DoisoatError, LoginRefused, PermanentError, UpstreamUnavailable
from worker.mail.server import MailServer

_GREETING_PATIENCE = 5.0
_FIRST_PERMANENT = 500


def connect(
    server: MailServer, patience: float, context: ssl.SSLContext | None = None
) -> smtplib.SMTP:
    """A connection on which mails can be handed over.

    It is encrypted where the server can do that, and always where there is a login, unless the
    server is on this machine. The server's certificate is verified.

    Args:
        server: Where it is.
        patience: How many seconds each of its answers may take.
        context: Whom to trust; those whom the machine trusts where None.

    Raises:
        UpstreamUnavailable: it can't be reached, or can't take mails just now.
        LoginRefused: it refuses user name or password.
        PermanentError: it serves nobody from here, or a password would cross the network in clear.
    """
    with _in_our_words(server):
        connection = _opened(server, patience, context or ssl.create_default_context())
        try:
            _log_in(connection, server)
        except BaseException:
            connection.close()
            raise
        return connection


def greet(server: MailServer, context: ssl.SSLContext | None = None) -> bool:
    """Connect, say hello, and go; whether what follows would be encrypted. Nobody logs in.

    Raises:
        UpstreamUnavailable: it can't be reached, or is not who it should be.
        PermanentError: it serves nobody from here.
    """
    with _in_our_words(server):
        trusted = context or ssl.create_default_context()
        with _opened(server, _GREETING_PATIENCE, trusted) as connection:
            return isinstance(connection.sock, ssl.SSLSocket)


def short_reply(code: int, reply: bytes) -> str:
    """An answer's numbers, such as ``550 5.1.1``: its words may name people."""
    enhanced = reply.split(maxsplit=1)[:1]
    digits = enhanced[0].decode("ascii", "replace") if enhanced else ""
    parts = digits.split(".")
    told = len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts)  # noqa: PLR2004
    return f"{code} {digits}" if told and len(digits) <= 9 else str(code)  # noqa: PLR2004


def fault_of(error: OSError | smtplib.SMTPException) -> str:
    """A short name for what broke a connection."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate"
    # The library tells a server that fell silent as one that hung up.
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "timeout"
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        return short_reply(error.smtp_code, reply if isinstance(reply, bytes) else reply.encode())
    return type(error).__name__


def _opened(server: MailServer, patience: float, context: ssl.SSLContext) -> smtplib.SMTP:
    if server.encrypted:
        safe = smtplib.SMTP_SSL(server.host, server.port, timeout=patience, context=context)
        return _greeted(safe, None)
    return _greeted(smtplib.SMTP(server.host, server.port, timeout=patience), context)


def _greeted(connection: smtplib.SMTP, context: ssl.SSLContext | None) -> smtplib.SMTP:
    """Say hello, and turn to TLS by ``context`` where one is given and the server offers it."""
    try:
        connection.ehlo_or_helo_if_needed()
        if context is not None and connection.has_extn("starttls"):
            connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
    except BaseException:
        connection.close()
        raise
    return connection


def _log_in(connection: smtplib.SMTP, server: MailServer) -> None:
    if not server.has_login:
        return
    if not isinstance(connection.sock, ssl.SSLSocket) and not server.is_here:
        raise PermanentError("mail_in_clear", server=server.shown)
    try:
        connection.login(server.username, server.password)
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < _FIRST_PERMANENT:
            raise
        raise LoginRefused(
            "mail_login_refused", server=server.shown, detail=fault_of(error)
        ) from None
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException):
        raise
    except (smtplib.SMTPException, UnicodeEncodeError):
        # It knows no way to log in that we know, or none for letters outside ASCII.
        raise LoginRefused("mail_login_unknown", server=server.shown) from None


@contextmanager
def _in_our_words(server: MailServer) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise _refusal(server, error) from None
    except (OSError, smtplib.SMTPException) as error:
        raise _away(server, fault_of(error)) from None
    except UnicodeError:
        # The host's name can't be asked for at all.
        raise _away(server, "address") from None


def _refusal(server: MailServer, error: smtplib.SMTPResponseException) -> DoisoatError:
    if error.smtp_code < _FIRST_PERMANENT:
        return _away(server, fault_of(error))
    return PermanentError("mail_server_refuses", server=server.shown, detail=fault_of(error))


def _away(server: MailServer, detail: str) -> UpstreamUnavailable:
    return UpstreamUnavailable("mail_unreachable", server=server.shown, detail=detail)
