"""Mails in a store, and somebody who sends them while tests move the clock."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from models.mail import OutboundMail
from models.types import MailState, UnitLevel
from tests.mail_sending import OFFICE, postman_to, write_mail
from tests.places import AS_OF
from tests.stores import rows_of
from worker.core.alerts.recipients import Recipients
from worker.core.reference import Recipient
from worker.core.units import Unit, UnitDirectory
from worker.db import mails
from worker.mail.smtp import SmtpPostman
from worker.render.mail import readdressed
from worker.stages.send_mail import SendMail, send_mail

NOTHING = {"sent": 0, "later": 0, "refused": 0, "given_up": 0}
UNIT, ENDED = "H99.12", "H99.13"
HEIRS = {ENDED: UNIT}
UNITS = UnitDirectory(
    Unit(code=code, name=code, short_name=code, level=UnitLevel.DEPARTMENT)
    for code in (UNIT, ENDED)
)


@dataclass
class Post:
    """A store with mails and who sends them. ``now`` is what the clock shows; tests move it."""

    engine: Engine
    port: int
    now: datetime = AS_OF
    most: int = 100
    _postmen: list[SmtpPostman] = field(default_factory=list)

    def write(self, *numbers: int, unit: str = "H99.12", to: tuple[str, ...] = (OFFICE,)) -> None:
        for number in numbers:
            write_mail(self.engine, self.now, number, unit=unit, to=to)

    def send(self, only: int | None = None) -> dict[str, int]:
        postman = postman_to(self.port)
        try:
            return send_mail(self.task(self.engine, postman, only))
        finally:
            postman.close()

    def task(self, engine: Engine, postman: SmtpPostman, only: int | None = None) -> SendMail:
        return SendMail(
            engine=engine,
            postman=postman,
            owner="here:1",
            clock=lambda: self.now,
            most=self.most,
            only=only,
        )

    def rows(self) -> list[OutboundMail]:
        return rows_of(self.engine, OutboundMail)

    def row(self) -> OutboundMail:
        (found,) = self.rows()
        return found

    def states(self) -> list[MailState]:
        return [row.state for row in self.rows()]

    def again(self, mail: int, *listed: Recipient) -> None:
        """As the console and the command do it, these being listed now."""
        people = Recipients(people=listed, directory=UNITS, heirs=HEIRS)
        with Session(self.engine) as session, session.begin():
            mails.send_again(session, mail, people, readdressed, self.now)


def ids(*numbers: int) -> list[str]:
    return [f"<{number}@tinhmau.example>" for number in numbers]
