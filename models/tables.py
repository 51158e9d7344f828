"""All tables: importing this module completes the metadata that migrations compare with."""

from sqlmodel import SQLModel

from models import (
    catalogue,
    decision,
    dossier,
    event,
    figure,
    pair,
    reconciliation,
    retention,
    source,
)

__all__ = [
    "catalogue",
    "decision",
    "dossier",
    "event",
    "figure",
    "metadata",
    "pair",
    "reconciliation",
    "retention",
    "source",
]

metadata = SQLModel.metadata
