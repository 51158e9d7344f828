"""The re-send of single dossiers that stands beside an iGate (wire.md section 11).

``POST {resend_url}`` with ``{"nationCode": …, "token": …}`` answers ``{"status", "message"}``. The
one installation it is known of has it on another host than iGate's own interface, and gives the
token in the body, so its address is a setting and there is no re-send without it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from worker.core.resend.answers import Verdict, judged
from worker.errors import LoginRefused
from worker.ports import Resend, Resent
from worker.sources.body import decoded
from worker.sources.fields import Scalar
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.igate import IGateConfig, IGateSource
from worker.sources.keycloak import KeycloakSession
from worker.sources.resending import OrderGiver, careful, never_again, one_by_one

_POLICY: Final = ClientPolicy()

# What is taken to be the same in every installation.
_CODE, _TOKEN = "nationCode", "token"


class _Answer(msgspec.Struct):
    status: Scalar = None
    message: Scalar = None


class IGateResends(OrderGiver):
    """Has a province's iGate send dossiers again; implements ResendSource."""

    def __init__(self, config: IGateConfig, url: str, policy: ClientPolicy = _POLICY) -> None:
        client = UpstreamClient(config.name, careful(policy))
        super().__init__(IGateSource(config, policy), client)
        self._url = url
        self._answers = msgspec.json.Decoder(_Answer)
        self._session = KeycloakSession(client, config.account(), policy.clock)

    def resend(self, dossiers: Sequence[Resend]) -> Iterator[Resent]:
        """One answer a dossier, in order; see ResendSource.

        Raises:
            LoginRefused: the account is refused.
        """
        return one_by_one(dossiers, self._log_in, self._send)

    def _log_in(self) -> None:
        self._session.token()

    def _send(self, dossier: Resend) -> Verdict:
        """One order, with another login where the token is no longer accepted.

        One that was refused for its token was not carried out.
        """
        token = self._session.token()
        try:
            return self._give(dossier, token)
        except LoginRefused:
            self._session.drop(token)
            return self._give(dossier, self._session.token())

    def _give(self, dossier: Resend, token: str) -> Verdict:
        call = Call(
            method="POST",
            url=self._url,
            json={_CODE: dossier.code, _TOKEN: token},
            headers={"authorization": f"Bearer {token}"},
            logs_in=True,
        )
        return self._client.ask(call, self._judged, never_again)

    def _judged(self, body: bytes) -> Verdict:
        answer = decoded(self._answers, body)
        return judged(answer.status, answer.message)
