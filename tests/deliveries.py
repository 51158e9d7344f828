"""A deliverer killed between sending and marking: ``deliveries.py STORE URL SECRET NOW``."""

import os
import signal
import sys
from datetime import datetime

from models.types import Channel
from worker.db.engine import open_engine
from worker.ports import Parcel
from worker.sources.webhook_out import WebhookConfig, WebhookSender
from worker.stages.deliver import Deliver, deliver


class Killed:
    """Sends one message, and is gone."""

    def __init__(self, sender: WebhookSender) -> None:
        self._sender = sender

    def send(self, parcel: Parcel, at: datetime) -> None:
        self._sender.send(parcel, at)
        os.kill(os.getpid(), signal.SIGKILL)

    def close(self) -> None:
        self._sender.close()


def main(store: str, url: str, secret: str, now: str) -> None:
    """Deliver until the kill."""
    sender = Killed(WebhookSender(WebhookConfig(name="soyte", url=url, secret=secret)))
    task = Deliver(
        engine=open_engine(store),
        channel=Channel.WEBHOOK,
        senders={"soyte": sender},
        owner="elsewhere:1",
        clock=lambda: datetime.fromisoformat(now),
    )
    deliver(task)


if __name__ == "__main__":
    main(*sys.argv[1:])
