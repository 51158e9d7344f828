"""All tables: importing this module completes the metadata that migrations compare with."""

from sqlmodel import SQLModel

from models import (
    audit,
    catalogue,
    decision,
    dossier,
    event,
    figure,
    incident,
    indicator,
    mail,
    operator,
    outbox,
    pair,
    reconciliation,
    resend,
    retention,
    source,
    statement,
    webhook,
)

__all__ = [
    "audit",
    "catalogue",
    "decision",
    "dossier",
    "event",
    "figure",
    "incident",
    "indicator",
    "mail",
    "metadata",
    "operator",
    "outbox",
    "pair",
    "reconciliation",
    "resend",
    "retention",
    "source",
    "statement",
    "webhook",
]

metadata = SQLModel.metadata
