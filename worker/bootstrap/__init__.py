"""The only place that joins real parts: settings, store, sources, clock."""

from worker.bootstrap.links import link_secret, mail_links, resend_page, resends_page
from worker.bootstrap.process import clock_of, family, is_alive, owner
from worker.bootstrap.services import Services, directory_of, open_store, renewed, services
from worker.bootstrap.upstreams import (
    mail_server,
    secret,
    sign_of_life,
    upstream,
    webhook_senders,
    webhook_targets,
)

__all__ = [
    "Services",
    "clock_of",
    "directory_of",
    "family",
    "is_alive",
    "link_secret",
    "mail_links",
    "mail_server",
    "open_store",
    "owner",
    "renewed",
    "resend_page",
    "resends_page",
    "secret",
    "services",
    "sign_of_life",
    "upstream",
    "webhook_senders",
    "webhook_targets",
]
