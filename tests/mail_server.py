"""A real mail server that keeps what it is given, and fails where it is told to."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Thread
from typing import Any, Literal

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from typing_extensions import override

Phase = Literal["connect", "ehlo", "auth", "mail", "rcpt", "data", "after_data"]
PHASES: tuple[Phase, ...] = ("connect", "ehlo", "auth", "mail", "rcpt", "data", "after_data")

USER, PASSWORD = "doisoat", "mật-khẩu: @/%"
HANG, HANG_UP = "hang", "hang up"


@dataclass(frozen=True)
class Delivered:
    """A mail as the server took it."""

    sender: str
    to: tuple[str, ...]
    content: bytes
    encrypted: bool
    logged_in: bool

    @property
    def message(self) -> EmailMessage:
        found = message_from_bytes(self.content, policy=default)
        assert isinstance(found, EmailMessage)
        return found

    @property
    def message_id(self) -> str:
        return str(self.message["message-id"])


@dataclass
class MailServer:
    """``faults``: what it does in a phase instead of its work: ``HANG``, ``HANG_UP``, an answer.

    ``refusals`` are its answers for single addresses. ``got`` are the mails it took, or read and
    then failed over (phase ``after_data``).
    """

    port: int = 0
    faults: dict[Phase, str] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    got: list[Delivered] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    connections: int = 0
    ssl_context: ssl.SSLContext | None = None
    starttls: bool = False
    password: str = PASSWORD
    takes_logins: bool = True

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what came, in the order in which it came."""
        return [each.message_id for each in self.got]

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == (USER, self.password), handled=False)


class _Desk(SMTP):
    """One connection."""

    def __init__(
        self,
        server: MailServer,
        loop: asyncio.AbstractEventLoop,
        transports: list[asyncio.Transport],
    ) -> None:
        self._server = server
        self._open = transports
        super().__init__(
            _Handler(server),
            hostname="mail.example",
            tls_context=server.ssl_context if server.starttls else None,
            auth_require_tls=False,
            auth_exclude_mechanism=() if server.takes_logins else ("LOGIN", "PLAIN"),
            authenticator=server.authenticate,
            loop=loop,
        )

    async def fails(self, phase: Phase) -> bool:
        """Whether it did something else instead of its work."""
        fault = self._server.faults.get(phase)
        if fault is None:
            return False
        if fault == HANG:
            await asyncio.sleep(3600)
        assert isinstance(self.transport, asyncio.Transport)
        if fault == HANG_UP:
            self.transport.abort()
            return True
        await self.push(fault)
        if fault.startswith("421"):
            self.transport.close()
        return True

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._open.append(transport)
        super().connection_made(transport)

    @override
    async def _handle_client(self) -> None:
        self._server.connections += 1
        if not await self.fails("connect"):
            await super()._handle_client()

    @override
    async def smtp_EHLO(self, hostname: str) -> None:
        self._server.said.append("EHLO")
        if not await self.fails("ehlo"):
            await super().smtp_EHLO(hostname)

    @override
    async def smtp_AUTH(self, arg: str) -> None:
        self._server.said.append("AUTH")
        if not await self.fails("auth"):
            await super().smtp_AUTH(arg)

    @override
    async def smtp_MAIL(self, arg: str | None) -> None:
        self._server.said.append("MAIL")
        if not await self.fails("mail"):
            await super().smtp_MAIL(arg)

    @override
    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self.fails("rcpt"):
            await super().smtp_RCPT(arg)

    @override
    async def smtp_DATA(self, arg: str) -> None:
        self._server.said.append("DATA")
        if not await self.fails("data"):
            await super().smtp_DATA(arg)


class _Handler:
    """What is done with addresses and with whole mails."""

    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_RCPT(  # noqa: N802 - the library calls it so
        self, _desk: _Desk, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        refusal = self._server.refusals.get(address)
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library calls it so
        self, desk: _Desk, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.original_content, bytes)
        assert desk.transport is not None
        delivered = Delivered(
            sender=envelope.mail_from or "",
            to=tuple(envelope.rcpt_tos),
            content=envelope.original_content,
            encrypted=desk.transport.get_extra_info("ssl_object") is not None,
            logged_in=bool(session.authenticated),
        )
        self._server.got.append(delivered)
        fault = self._server.faults.get("after_data")
        if fault in (HANG, HANG_UP):
            await desk.fails("after_data")
        return fault or "250 2.0.0 taken"


@contextmanager
def catching(server: MailServer | None = None) -> Iterator[MailServer]:
    """A mail server that is up inside the block; on its own port where it had one before."""
    caught = server or MailServer()
    loop = asyncio.new_event_loop()
    transports: list[asyncio.Transport] = []
    implicit = None if caught.starttls else caught.ssl_context
    listener = loop.run_until_complete(
        loop.create_server(
            lambda: _Desk(caught, loop, transports), "127.0.0.1", caught.port, ssl=implicit
        )
    )
    caught.port = listener.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever, name="mail server")
    thread.start()
    try:
        yield caught
    finally:
        asyncio.run_coroutine_threadsafe(_shut(listener, transports), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _shut(listener: asyncio.Server, transports: list[asyncio.Transport]) -> None:
    listener.close()
    for transport in transports:
        transport.abort()
    tasks = [each for each in asyncio.all_tasks() if each is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # Transports close at their next turn.
    await asyncio.sleep(0.01)


def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's certificate for 127.0.0.1, and a client's trust in who made it."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client
