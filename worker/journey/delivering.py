"""Delivering: what waits for other systems in the outbox, and the mails."""

from sqlmodel import Session

from models.mail import OutboundMail
from models.types import Channel
from worker.bootstrap import Services, mail_server, webhook_senders
from worker.core.alerts.addressees import asked_again, who_got_it
from worker.core.privacy import scrub
from worker.db import mails
from worker.db.audit import note
from worker.errors import PermanentError
from worker.journey.alerting import people_of
from worker.log import logger
from worker.render.mail import readdressed
from worker.stages.deliver import Deliver, deliver
from worker.stages.send_mail import SendMail, send_mail

_LONGEST_WORDS = 500


def deliver_now(services: Services) -> dict[str, int]:
    """Send what is due to every configured webhook; how much was sent, put off, given up."""
    with webhook_senders(services.settings) as senders:
        task = Deliver(
            engine=services.engine,
            channel=Channel.WEBHOOK,
            senders=senders,
            owner=services.owner,
            clock=services.clock,
        )
        return deliver(task)


def send_mail_now(services: Services, only: int | None = None) -> dict[str, int] | None:
    """Send the mails that are due, or just one; how many were sent, refused, put off, given up.

    None where no mail server is configured: mails wait until there is one.
    """
    with mail_server(services.settings) as postman:
        if postman is None:
            return None
        task = SendMail(
            engine=services.engine,
            postman=postman,
            owner=services.owner,
            clock=services.clock,
            only=only,
        )
        counts = send_mail(task)
    if any(counts.values()):
        logger().info("mails_delivered", **counts)
    return counts


def asked_next(services: Services, mail: int) -> list[str]:
    """To whom a mail would go if it were let go now; nobody where nobody is to be told today.

    Raises:
        NotFoundError: there is no such mail.
    """
    with Session(services.engine) as session:
        row = mails.find(session, mail)
        listed = mails.listed_today(session, row, people_of(services, session))
        return asked_again(listed, who_got_it(row.answers))


def let_go(services: Services, mail: int, by: str, reason: str) -> OutboundMail:
    """Let a mail go once more: to those listed today who have not got it, else to all of them.

    Raises:
        NotFoundError: there is no such mail.
        PermanentError: nobody says why, nobody is to be told today, or it is being sent just now.
    """
    why = scrub(reason, _LONGEST_WORDS).strip()
    if not why:
        raise PermanentError("reason_wanted")
    now, subject = services.clock(), f"mail {mail}"
    with Session(services.engine, expire_on_commit=False) as session, session.begin():
        row = mails.send_again(session, mail, people_of(services, session), readdressed, now)
        note(session, by=by, action="mail_sent_again", subject=subject, now=now, reason=why)
    logger().info("mail_sent_again", mail=mail)
    return row
