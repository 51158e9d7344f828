"""Signed webhooks to other systems: one POST a message, to the configured address only."""

import json
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from worker.core.outbox_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature
from worker.errors import PermanentError, TransientError
from worker.ports import Parcel
from worker.sources.outward import Patience, outward_client

# What is sent twice has the same delivery id both times.
DELIVERY_HEADER = "X-Doisoat-Delivery"
_TAKEN = range(200, 300)
_GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookConfig:
    """Where a webhook goes, and the secret it is signed with. Times are in seconds."""

    name: str
    url: str
    secret: str = field(repr=False)
    connect: float = 10.0
    read: float = 20.0
    exchange: float = 60.0


class WebhookSender:
    """Sends to one webhook.

    Of the answer only the status is read. It tries once: the outbox says when to try again.
    """

    def __init__(self, config: WebhookConfig) -> None:
        self._config = config
        self._http = outward_client(
            Patience(connect=config.connect, read=config.read, exchange=config.exchange),
            headers={"content-type": "application/json"},
        )

    def send(self, parcel: Parcel, at: datetime) -> None:
        """Post a message, signed at ``at``.

        Raises:
            TransientError: it was not taken, but may be later.
            PermanentError: the receiver wants it no more (410).
        """
        body = json.dumps(
            parcel.payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode()
        try:
            status = self._post(body, self._headers(parcel, body, at))
        except httpx.TimeoutException:
            raise self._not_taken("timeout") from None
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise self._not_taken(type(error).__name__) from None
        if status == _GONE:
            raise PermanentError("webhook_gone", webhook=self._config.name)
        if status not in _TAKEN:
            raise self._not_taken(f"HTTP {status}")

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        with self._http.stream("POST", self._config.url, content=body, headers=headers) as response:
            return response.status_code

    def _headers(self, parcel: Parcel, body: bytes, at: datetime) -> dict[str, str]:
        timestamp = int(at.timestamp())
        return {
            TIMESTAMP_HEADER: str(timestamp),
            SIGNATURE_HEADER: signature(self._config.secret, timestamp, body),
            DELIVERY_HEADER: parcel.delivery,
            "Idempotency-Key": parcel.delivery,
        }

    def _not_taken(self, detail: str) -> TransientError:
        return TransientError("webhook_not_taken", webhook=self._config.name, detail=detail)
