"""A mail that is sent to others than it was written to."""

from email import message_from_bytes
from email.policy import default

import pytest

from worker.render.mail import readdressed

FIRST = (
    b"Subject: =?utf-8?q?To=3A?= x\r\nFrom: a@x.example\r\nTo: old@so.example,\r\n"
    b" older@so.example\r\nDate: now\r\n\r\nTo: in the text\r\nbody \xff\r\n"
)


def test_only_the_line_of_those_it_goes_to_changes() -> None:
    assert readdressed(FIRST, ["new@so.example"]) == FIRST.replace(
        b"To: old@so.example,\r\n older@so.example\r\n", b"To: new@so.example\r\n"
    )


@pytest.mark.parametrize("end", [b"\r\n\r\nx", b"\r\n\r\n"])
def test_the_line_may_be_the_last_one_and_long(end: bytes) -> None:
    many = [f"nguoi-nhan-thu-{each}@so-noi-vu.tinh-mau.example" for each in range(9)]
    written = readdressed(b"From: a@x.example\r\nTo: old@so.example" + end, many)
    assert written.endswith(end)
    assert max(map(len, written.split(b"\r\n"))) <= 78
    read = message_from_bytes(written, policy=default)["to"]
    assert [each.addr_spec for each in read.addresses] == many


def test_twice_to_the_same_is_the_same() -> None:
    once = readdressed(FIRST, ["new@so.example"])
    assert readdressed(once, ["new@so.example"]) == once
