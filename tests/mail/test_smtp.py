"""Handing mails over to a real mail server, in all the ways in which that goes wrong."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from tests.mail_server import HANG, HANG_UP, PASSWORD, USER, MailServer, Phase, catching, contexts
from worker.errors import DoisoatError, LoginRefused, PermanentError, UpstreamUnavailable
from worker.mail.connection import greet
from worker.mail.server import MailServer as Address
from worker.mail.server import mail_server_at
from worker.mail.smtp import SmtpConfig, SmtpPostman
from worker.ports import Handed, OutgoingMail

FIRST, SECOND = "vanphong@sonoivu.example", "lanhdao@sonoivu.example"
SENDER = "doisoat@tinhmau.example"


def mail(*to: str, number: int = 1) -> OutgoingMail:
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Đối soát <{SENDER}>"
    message["To"] = ", ".join(to)
    message["Subject"] = f"[Đối soát] Sở Nội vụ: {number} hồ sơ"
    message["Message-ID"] = f"<{number}@tinhmau.example>"
    message.set_content(".\nThư có dòng bắt đầu bằng dấu chấm\n.")
    return OutgoingMail(to=to or (FIRST,), content=message.as_bytes())


def address(server: MailServer, *, login: bool = False) -> Address:
    return Address(
        host="127.0.0.1",
        port=server.port,
        encrypted=server.ssl_context is not None and not server.starttls,
        username=USER if login else "",
        password=PASSWORD if login else "",
    )


@contextmanager
def posting(
    server: MailServer, *, login: bool = False, context: ssl.SSLContext | None = None
) -> Iterator[SmtpPostman]:
    config = SmtpConfig(
        server=address(server, login=login), patience=0.3, patience_at_end=0.3, context=context
    )
    postman = SmtpPostman(config)
    try:
        yield postman
    finally:
        postman.close()


@pytest.fixture
def server() -> Iterator[MailServer]:
    with catching() as found:
        yield found


@pytest.fixture(scope="session")
def certified() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return contexts()


def test_mails_arrive_whole_over_one_connection(server: MailServer) -> None:
    sent = [mail(FIRST, SECOND, number=number) for number in (1, 2, 3)]
    with posting(server) as postman:
        for each in sent:
            assert postman.send(each) == Handed(taken=(FIRST, SECOND))
    assert server.connections == 1
    assert [each.content for each in server.got] == [each.content for each in sent]
    assert {(each.sender, each.to) for each in server.got} == {(SENDER, (FIRST, SECOND))}


@pytest.mark.parametrize("starttls", [True, False])
def test_a_login_is_made_only_after_the_server_is_known_and_the_line_encrypted(
    certified: tuple[ssl.SSLContext, ssl.SSLContext], *, starttls: bool
) -> None:
    own, trusting = certified
    config = MailServer(ssl_context=own, starttls=starttls, password="matkhau")
    with catching(config) as server:
        where = replace(address(server, login=True), password="matkhau")
        postman = SmtpPostman(SmtpConfig(server=where, patience=5, context=trusting))
        assert postman.send(mail()) == Handed(taken=(FIRST,))
        postman.close()
        assert greet(where, trusting)
    assert (server.got[0].encrypted, server.got[0].logged_in) == (True, True)


@pytest.mark.parametrize("starttls", [True, False])
def test_a_server_whose_certificate_nobody_vouches_for_gets_neither_login_nor_mail(
    certified: tuple[ssl.SSLContext, ssl.SSLContext], *, starttls: bool
) -> None:
    with (
        catching(MailServer(ssl_context=certified[0], starttls=starttls)) as server,
        posting(server, login=True) as postman,
        pytest.raises(UpstreamUnavailable, match="mail_unreachable") as caught,
    ):
        postman.send(mail())
    assert caught.value.values["detail"] == "certificate"
    assert "AUTH" not in server.said
    assert server.got == []


def test_a_password_never_crosses_a_network_in_clear(server: MailServer) -> None:
    # Any address that is not this machine's own by name; it leads here all the same.
    where = replace(address(server, login=True), host="0.0.0.0")  # noqa: S104 - not listened at
    postman = SmtpPostman(SmtpConfig(server=where, patience=5))
    with pytest.raises(PermanentError, match="mail_in_clear"):
        postman.send(mail())
    assert "AUTH" not in server.said
    assert server.got == []


def test_a_login_that_is_refused_stops_everything_and_says_so(server: MailServer) -> None:
    where = replace(address(server, login=True), password="sai")
    postman = SmtpPostman(SmtpConfig(server=where, patience=5))
    with pytest.raises(LoginRefused, match="mail_login_refused"):
        postman.send(mail())
    with pytest.raises(LoginRefused, match="mail_login_refused") as caught:
        postman.send(mail())
    assert caught.value.values["detail"] == "535 5.7.8"
    assert "sai" not in str(caught.value.values)


def test_a_server_that_knows_no_login_is_told_apart(server: MailServer) -> None:
    server.takes_logins = False
    with (
        posting(server, login=True) as postman,
        pytest.raises(LoginRefused, match="mail_login_unknown"),
    ):
        postman.send(mail())


def test_a_password_outside_ascii_is_refused_in_words(server: MailServer) -> None:
    with posting(server, login=True) as postman, pytest.raises(LoginRefused):
        postman.send(mail())
    assert server.got == []


@pytest.mark.parametrize("fault", [HANG, HANG_UP, "421 4.3.2 closing"])
@pytest.mark.parametrize("phase", ["connect", "ehlo"])
def test_a_server_that_breaks_off_before_any_mail_is_away(
    server: MailServer, phase: Phase, fault: str
) -> None:
    server.faults[phase] = fault
    with posting(server) as postman:
        with pytest.raises(UpstreamUnavailable, match="mail_unreachable") as caught:
            postman.send(mail())
        hung_up = "SMTPServerDisconnected"
        said = {HANG: ("timeout",), HANG_UP: (hung_up,)}.get(fault, ("421 4.3.2", hung_up))
        assert caught.value.values["detail"] in said
        server.faults.clear()
        assert postman.send(mail()) == Handed(taken=(FIRST,))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (HANG, UpstreamUnavailable),
        (HANG_UP, UpstreamUnavailable),
        ("421 4.3.2 closing", UpstreamUnavailable),
        ("454 4.7.0 try again later", UpstreamUnavailable),
        ("534 5.7.9 stronger", LoginRefused),
    ],
)
def test_a_login_that_fails_for_now_is_not_one_that_is_refused(
    server: MailServer, fault: str, error: type[DoisoatError]
) -> None:
    server.password = "matkhau"
    server.faults["auth"] = fault
    where = replace(address(server, login=True), password="matkhau")
    postman = SmtpPostman(SmtpConfig(server=where, patience=0.3))
    with pytest.raises(error) as caught:
        postman.send(mail())
    assert isinstance(caught.value, LoginRefused) == (error is LoginRefused)
    server.faults.clear()
    assert postman.send(mail()) == Handed(taken=(FIRST,))
    postman.close()


def test_a_server_that_serves_nobody_from_here_needs_a_person(server: MailServer) -> None:
    server.faults["connect"] = "554 5.3.2 no service here"
    with posting(server) as postman, pytest.raises(PermanentError, match="mail_server_refuses"):
        postman.send(mail())


@pytest.mark.parametrize(
    ("fault", "detail"),
    [
        (HANG, "timeout"),
        (HANG_UP, "SMTPServerDisconnected"),
        ("421 4.3.2 closing", "421 4.3.2"),
        ("451 4.3.0 not now", "451 4.3.0"),
    ],
)
@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "after_data"])
def test_what_breaks_off_over_a_mail_is_that_mails_fate_and_the_next_one_goes(
    server: MailServer, phase: Phase, fault: str, detail: str
) -> None:
    server.faults[phase] = fault
    with posting(server) as postman:
        handed = postman.send(mail(FIRST, SECOND))
        assert handed == Handed(later={FIRST: detail, SECOND: detail})
        server.faults.clear()
        assert postman.send(mail(SECOND, number=2)) == Handed(taken=(SECOND,))
    assert server.ids[-1] == "<2@tinhmau.example>"


@pytest.mark.parametrize(
    ("phase", "fault"),
    [
        ("mail", "552 5.3.4 too large"),
        ("rcpt", "550 5.1.1 <ai-do@sonoivu.example> unknown"),
        ("data", "554 5.6.0 no"),
        ("after_data", "554 5.7.1 spam"),
    ],
)
def test_a_mail_that_is_refused_as_a_whole_is_told_as_such_and_the_next_one_goes(
    server: MailServer, phase: Phase, fault: str
) -> None:
    server.faults[phase] = fault
    with posting(server) as postman:
        handed = postman.send(mail(FIRST, SECOND))
        why = " ".join(fault.split()[:2])
        assert handed == Handed(refused={FIRST: why, SECOND: why})
        server.faults.clear()
        assert postman.send(mail(number=2)) == Handed(taken=(FIRST,))
    assert server.connections == 1


def test_a_sender_the_server_does_not_let_through_needs_a_person(server: MailServer) -> None:
    server.faults["mail"] = "553 5.7.1 not your address"
    with (
        posting(server) as postman,
        pytest.raises(PermanentError, match="mail_sender_refused") as caught,
    ):
        postman.send(mail())
    assert caught.value.values["detail"] == "553 5.7.1"


def test_a_sender_no_server_can_be_told_needs_a_person(server: MailServer) -> None:
    content = mail().content.replace(SENDER.encode(), "điện@tinhmau.example".encode())
    with posting(server) as postman, pytest.raises(PermanentError, match="mail_sender_refused"):
        postman.send(OutgoingMail(to=(FIRST,), content=content))
    assert server.got == []


@pytest.mark.parametrize("host", ["a..b", "x" * 70, "khong-co.invalid"])
def test_a_host_that_cannot_be_is_away(host: str) -> None:
    postman = SmtpPostman(SmtpConfig(server=Address(host=host, port=25), patience=2))
    with pytest.raises(UpstreamUnavailable, match="mail_unreachable"):
        postman.send(mail())


def test_one_address_refused_keeps_the_mail_from_nobody_else(server: MailServer) -> None:
    full, gone = "full@sonoivu.example", "gone@sonoivu.example"
    server.refusals = {full: "452 4.2.2 full", gone: "550 5.1.1 <gone@sonoivu.example>?"}
    with posting(server) as postman:
        handed = postman.send(mail(gone, FIRST, full))
    assert handed == Handed(taken=(FIRST,), refused={gone: "550 5.1.1"}, later={full: "452 4.2.2"})
    assert [each.to for each in server.got] == [(FIRST,)]


@pytest.mark.parametrize("odd", ["điện@sonoivu.example", "a b@x.example", "a@x\r\nDATA", "a\x00@x"])
def test_an_address_that_is_none_is_never_said_to_a_server(server: MailServer, odd: str) -> None:
    with posting(server) as postman:
        handed = postman.send(replace(mail(FIRST), to=(odd, FIRST)))
    assert handed == Handed(taken=(FIRST,), refused={odd: "bad_address"})


def test_an_idle_connection_the_server_has_closed_is_made_anew(server: MailServer) -> None:
    with posting(server) as postman:
        postman.send(mail())
    with posting(server) as postman:
        assert postman.send(mail(number=2)) == Handed(taken=(FIRST,))
        with catching() as other:
            other.port, server.port = server.port, other.port
        assert postman.send(mail(number=3)) == Handed(taken=(FIRST,))


def test_an_address_says_where_the_server_is_and_who_we_are() -> None:
    found = mail_server_at("smtp://nguoi%40tinh.example:m%3At@mail.tinh.example:587")
    assert (found.host, found.port, found.encrypted) == ("mail.tinh.example", 587, False)
    assert (found.username, found.password) == ("nguoi@tinh.example", "m:t")
    assert "m:t" not in repr(found)
    assert found.shown == "mail.tinh.example:587"
    assert mail_server_at("smtps://mail.tinh.example").port == 465
    assert mail_server_at("smtp://mail.tinh.example").port == 25


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("10.0.0.1", False), ("m.x", False)],
)
def test_a_server_on_this_machine_is_known_as_such(host: str, *, here: bool) -> None:
    assert Address(host=host, port=25).is_here is here
