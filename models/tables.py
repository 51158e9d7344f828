"""All tables: importing this module completes the metadata that migrations compare with."""

from sqlmodel import SQLModel

from models import dossier, event, reconciliation, source

__all__ = ["dossier", "event", "metadata", "reconciliation", "source"]

metadata = SQLModel.metadata
