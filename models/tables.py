"""All tables: importing this module completes the metadata that migrations compare with."""

from sqlmodel import SQLModel

from models import catalogue, decision, dossier, event, figure, reconciliation, source

__all__ = [
    "catalogue",
    "decision",
    "dossier",
    "event",
    "figure",
    "metadata",
    "reconciliation",
    "source",
]

metadata = SQLModel.metadata
