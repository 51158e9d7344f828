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
    mail,
    outbox,
    pair,
    reconciliation,
    retention,
    source,
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
    "mail",
    "metadata",
    "outbox",
    "pair",
    "reconciliation",
    "retention",
    "source",
    "webhook",
]

metadata = SQLModel.metadata
