"""A sign of life to whoever watches from outside: one question, whose answer doesn't matter."""

import httpx

from worker.errors import TransientError
from worker.sources.trust import trusted

_PATIENCE = 10.0  # seconds
_TAKEN = range(200, 300)


def give(url: str) -> None:
    """Ask for the address once, following no redirect and taking nothing from the surroundings.

    Raises:
        TransientError: nobody there heard it. The address stays out of the message: who knows it
            can give signs of life in our place.
    """
    try:
        with (
            httpx.Client(
                headers={"user-agent": "doisoat"},
                timeout=_PATIENCE,
                verify=trusted(),
                follow_redirects=False,
                trust_env=False,
            ) as client,
            client.stream("GET", url) as answer,
        ):
            status = answer.status_code
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise TransientError("sign_of_life_unheard", detail=type(error).__name__) from None
    if status not in _TAKEN:
        raise TransientError("sign_of_life_unheard", detail=f"HTTP {status}")
