"""TD's own push of one dossier to the portal, by its code (wire.md sections 4.3 and 10).

``POST {push_path}`` with ``{"maHoSo": …}`` answers ``{"data": {"succeeded", "message", "data"}}``,
the innermost being ``trangThaiDongBoDVC:1`` or ``:0`` (``HoSoController`` and ``PushData`` of TD).
The flag speaks of the header alone: it is 1 whatever became of the course. It is 0 where nothing
was sent, also because TD took the dossier for sent already; it then counts as unsent, and goes when
it is asked for another time.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from worker.core.resend.answers import Verdict, judged
from worker.ports import Resend, Resent
from worker.sources.body import decoded
from worker.sources.fields import Scalar
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.resending import OrderGiver, careful, never_again, one_by_one
from worker.sources.td import TdConfig, TdSource
from worker.sources.td_keys import AnyCase
from worker.sources.td_login import TdSession

_POLICY: Final = ClientPolicy()

# What is taken to be the same in every installation, beside ``push_path``.
_CODE = "maHoSo"
_FAILED = -1


class _Answer(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Result(msgspec.Struct):
    succeeded: bool | None = None
    message: Scalar = None
    data: Scalar = None


class TdResends(OrderGiver):
    """Has a province's TD send dossiers again; implements ResendSource."""

    def __init__(self, config: TdConfig, policy: ClientPolicy = _POLICY) -> None:
        client = UpstreamClient(config.name, careful(policy))
        super().__init__(TdSource(config, policy), client)
        self._url = config.at(config.push_path)
        self._answers = AnyCase(_Answer)
        self._results = AnyCase(_Result)
        self._texts = msgspec.json.Decoder(Scalar)
        self._session = TdSession(client, config.account())

    def resend(self, dossiers: Sequence[Resend]) -> Iterator[Resent]:
        """One answer a dossier, in order; see ResendSource.

        Raises:
            LoginRefused: the account is refused.
        """
        return one_by_one(dossiers, self._session.log_in, self._send)

    def _send(self, dossier: Resend) -> Verdict:
        call = Call(method="POST", url=self._url, json={_CODE: dossier.code})
        return self._session.ask(call, self._judged, never_again)

    def _judged(self, body: bytes) -> Verdict:
        inner = decoded(self._answers, body).data
        if not bytes(inner).startswith(b"{"):
            return judged(None, decoded(self._texts, bytes(inner)))
        result = decoded(self._results, bytes(inner))
        if result.succeeded is False:
            return judged(_FAILED, result.message)
        return judged(None, result.data if result.data is not None else result.message)
