"""Whom connections to outside systems believe."""

import ssl
from functools import cache

import httpx


@cache
def trusted() -> ssl.SSLContext:
    """The usual authorities; one for all clients, as reading them takes longer than many calls."""
    return httpx.create_ssl_context(trust_env=False)
