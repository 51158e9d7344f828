"""Delivering: what waits for other systems in the outbox, and the mails."""

from models.types import Channel
from worker.bootstrap import Services, mail_server, webhook_senders
from worker.log import logger
from worker.stages.deliver import Deliver, deliver
from worker.stages.send_mail import SendMail, send_mail


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
