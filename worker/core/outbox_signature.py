"""How a body is signed between us and other systems, in either direction."""

from hashlib import sha256
from hmac import new

SIGNATURE_HEADER = "X-Doisoat-Signature"
TIMESTAMP_HEADER = "X-Doisoat-Timestamp"


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """``sha256=<hex>``: HMAC-SHA256 of the timestamp (Unix seconds), a full stop, and the body.

    The time is signed with the body, so that nobody can send an old message as a new one.
    """
    signed = f"{timestamp}.".encode() + body
    return "sha256=" + new(secret.encode(), signed, sha256).hexdigest()
