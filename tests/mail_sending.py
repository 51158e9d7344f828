"""Mails in a store, and one who is killed while sending: ``mail_sending.py STORE PORT NOW``."""

import os
import signal
import sys
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from sqlalchemy import Engine
from sqlmodel import Session

from models.mail import OutboundMail
from models.types import MailReason, MailState
from worker.db.engine import open_engine
from worker.mail.server import MailServer
from worker.mail.smtp import SmtpConfig, SmtpPostman
from worker.ports import Handed, OutgoingMail
from worker.stages.send_mail import SendMail, send_mail

SENDER = "doisoat@tinhmau.example"
OFFICE = "vanphong@sonoivu.example"


def write_mail(
    engine: Engine,
    now: datetime,
    number: int = 1,
    *,
    unit: str = "H99.12",
    to: tuple[str, ...] = (OFFICE,),
    incidents: tuple[int, ...] = (),
) -> int:
    """A mail that waits; its id."""
    message = EmailMessage(policy=SMTP)
    message["From"] = f"Đối soát <{SENDER}>"
    message["To"] = ", ".join(to)
    message["Subject"] = f"[Đối soát] Sở Nội vụ: {number} hồ sơ lệch"
    message["Message-ID"] = f"<{number}@tinhmau.example>"
    message.set_content(f"Có {number} hồ sơ lệch trên Cổng.\n")
    message.add_alternative(f"<p>Có <b>{number}</b> hồ sơ lệch trên Cổng.</p>", subtype="html")
    row = OutboundMail(
        unit=unit,
        to=list(to),
        subject=message["Subject"],
        message_id=message["Message-ID"],
        thread=f"{unit}/2024-07",
        incidents=list(incidents),
        reason=MailReason.OPENED,
        content=message.as_bytes(),
        state=MailState.WAITING,
        next_try_at=now,
        created_at=now,
    )
    with Session(engine) as session, session.begin():
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id


def postman_to(port: int) -> SmtpPostman:
    """Hands mails to a server on this machine, with little patience."""
    server = MailServer(host="127.0.0.1", port=port)
    return SmtpPostman(SmtpConfig(server=server, patience=5, patience_at_end=5))


class _Killed:
    """Sends one mail, and is gone."""

    def __init__(self, postman: SmtpPostman) -> None:
        self._postman = postman

    def send(self, mail: OutgoingMail) -> Handed:
        self._postman.send(mail)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    def close(self) -> None:
        self._postman.close()


def main(store: str, port: str, now: str) -> None:
    """Send until the kill."""
    task = SendMail(
        engine=open_engine(store),
        postman=_Killed(postman_to(int(port))),
        owner="elsewhere:1",
        clock=lambda: datetime.fromisoformat(now),
    )
    send_mail(task)


if __name__ == "__main__":
    main(*sys.argv[1:])
