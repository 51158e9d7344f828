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
    outbox,
    pair,
    reconciliation,
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
    "outbox",
    "pair",
    "reconciliation",
    "retention",
    "source",
    "statement",
    "webhook",
]

metadata = SQLModel.metadata
