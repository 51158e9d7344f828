"""What the clock of another machine shows, by the Date of any answer it gives."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from worker.sources.outward import Patience, outward_client

_PATIENCE = Patience(connect=5.0, read=5.0, exchange=5.0)


def told_time(url: str) -> datetime | None:
    """The instant (UTC) on the clock behind an address; None where it doesn't answer or say.

    Asked without any login: of the answer only the date is looked at.
    """
    try:
        with outward_client(_PATIENCE) as client, client.stream("HEAD", url) as response:
            told = parsedate_to_datetime(response.headers.get("date", ""))
        return told.astimezone(UTC) if told.tzinfo else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OverflowError):
        return None
