"""The Celery application: where messages go, and how little is trusted to them."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from celery import Celery
from kombu.entity import Exchange, Queue

from worker.flow import Stage
from worker.settings.model import Settings

PERFORM = "doisoat.perform"
SWEEP = "doisoat.sweep"
DELIVER = "doisoat.deliver"

# By purpose: reading sources waits for networks, computing keeps a processor and the store busy,
# and neither may keep what looks after both from its turn.
SOURCES = "sources"
COMPUTE = "compute"
TEND = "tend"
QUEUES = (SOURCES, COMPUTE, TEND)

# How often somebody looks after everything.
ROUND = timedelta(seconds=15)

# A run may take hours. One that takes longer loses its process, and the next one goes on at its
# checkpoint: nothing is lost by it, so nobody need be warned before.
_HARD_LIMIT = timedelta(hours=11, minutes=30)
# What looks after everything is quick, but for a large file that it brings in.
_ROUND_LIMIT = timedelta(minutes=30)
# A message that nobody acknowledged comes back only once no process can be at it any more.
_VISIBLE_AGAIN = timedelta(hours=12)
# In seconds. A broker that says nothing for so long is away: whoever sends can't be kept longer,
# and the worker connects anew. Redis itself waits for messages in steps of one second.
_SILENCE = 5
_LOOK_WHETHER_IT_LIVES = 10
_POLLING = 0.2


def queue_of(stage: str) -> str:
    """The queue of a run in ``stage``."""
    return SOURCES if stage in (Stage.PULL, Stage.LOOK_UP, Stage.RESEND) else COMPUTE


def celery_app(settings: Settings) -> Celery:
    """An application for the configured broker, without tasks: enough to send messages."""
    app = Celery("doisoat", set_as_current=False)
    app.conf.update(
        broker_url=_broker_url(settings),
        broker_transport=None if settings.broker_url else "worker.tasks.folder:Transport",
        broker_transport_options=_transport_options(settings),
        broker_connection_timeout=_SILENCE,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_publish_retry=False,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        result_backend=None,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        task_time_limit=_HARD_LIMIT.total_seconds(),
        task_queues=[Queue(name, Exchange(name), routing_key=name) for name in QUEUES],
        task_default_queue=TEND,
        task_create_missing_queues=False,
        timezone="Asia/Ho_Chi_Minh",
        enable_utc=True,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=False,
        # What an operator wants of a run stands in its row.
        worker_enable_remote_control=False,
        beat_schedule={task: _beat_entry(task) for task in (SWEEP, DELIVER)},
    )
    return app


def _beat_entry(task: str) -> dict[str, Any]:
    """A round that nobody took up by the next one is of no use any more."""
    seconds = ROUND.total_seconds()
    options = {
        "queue": TEND,
        "expires": seconds,
        "time_limit": _ROUND_LIMIT.total_seconds(),
    }
    return {"task": task, "schedule": seconds, "options": options}


def _broker_url(settings: Settings) -> str:
    return (
        settings.broker_url.get_secret_value() if settings.broker_url else "filesystem://localhost"
    )


def _transport_options(settings: Settings) -> dict[str, Any]:
    scheme = urlsplit(_broker_url(settings)).scheme
    if scheme == "filesystem":
        folder = settings.data_dir.absolute() / "broker"
        return {"folder": str(folder), "polling_interval": _POLLING}
    if not scheme.startswith(("redis", "rediss", "sentinel")):
        return {}
    return {
        "visibility_timeout": int(_VISIBLE_AGAIN.total_seconds()),
        # Without it a connection that a firewall forgot is waited on for ever.
        "socket_timeout": _SILENCE,
        "socket_connect_timeout": _SILENCE,
        "socket_keepalive": True,
        # Finds such a connection while the worker waits for messages on it.
        "health_check_interval": _LOOK_WHETHER_IT_LIVES,
        # One attempt to send: what was not sent, the sweep sends. The worker's own connection is
        # tried again for ever all the same.
        "max_retries": 0,
        # Messages of dead workers are looked for at every turn, not at every tenth.
        "unacked_restore_throttle": 1,
        "queue_order_strategy": "round_robin",
    }
