"""Instants as people and browsers write them in forms."""

from datetime import datetime

from worker.core.times import VIETNAM


def instant_in(written: str) -> datetime | None:
    """An instant in ISO form, on Vietnam's clock where no offset stands there; None: it is none."""
    try:
        read = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=VIETNAM)
