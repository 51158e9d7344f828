"""A sign of life to whoever watches from outside: one question, whose answer doesn't matter."""

import httpx

from worker.errors import TransientError
from worker.sources.outward import Patience, outward_client

_PATIENCE = Patience(connect=10.0, read=10.0, exchange=10.0)
_TAKEN = range(200, 300)


def give(url: str) -> None:
    """Ask for the address once.

    Raises:
        TransientError: nobody there heard it. The address stays out of the message: who knows it
            can give signs of life in our place.
    """
    try:
        with outward_client(_PATIENCE) as client, client.stream("GET", url) as answer:
            status = answer.status_code
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise TransientError("sign_of_life_unheard", detail=type(error).__name__) from None
    if status not in _TAKEN:
        raise TransientError("sign_of_life_unheard", detail=f"HTTP {status}")
