"""OpenCPS's own re-send to the portal: ``nps/syncdossier``, then ``nps/syncdossierstatus``.

Both are forms by POST and answer with what the portal's adapter said (``DVCQGIManagement`` of
OpenCPS; wire.md sections 3 and 4.1). ``{}`` is what they answer when anything at all went wrong on
the way, a timeout included: then nobody knows whether the portal has it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import httpx
import msgspec

from models.resend_types import ResendAnswer
from worker.core.resend.answers import Verdict, judged, judged_together
from worker.errors import DoisoatError
from worker.ports import Resend, Resent
from worker.sources.body import decoded
from worker.sources.fields import Scalar
from worker.sources.http import Call, ClientPolicy, UpstreamClient
from worker.sources.opencps import OpenCpsConfig, OpenCpsSource
from worker.sources.resending import OrderGiver, attempted, careful, never_again, one_by_one

_POLICY: Final = ClientPolicy()


@dataclass(frozen=True, slots=True)
class _Order:
    """A call, and the names of its fields; ``is_update`` where it has one."""

    path: str
    number: str = "strDossierId"
    is_update: str | None = None


# What is taken to be the same in every installation.
_HEADER = _Order("/nps/syncdossier", is_update="isUpdating")
_COURSE = _Order("/nps/syncdossierstatus")
_YES, _NO = "True", "False"


class _Answer(msgspec.Struct):
    """The adapter's answer; some gateways before it name the fields otherwise (wire.md 2.2)."""

    error_code: Scalar = None
    message: Scalar = None
    response_code: Scalar = None
    response_data: Scalar = None


class OpenCpsResends(OrderGiver):
    """Has a province's OpenCPS send dossiers again; implements ResendSource.

    The header goes first, as new or as an update of what the portal has, and the course only after
    a header that was taken, as OpenCPS itself does it.
    """

    def __init__(self, config: OpenCpsConfig, policy: ClientPolicy = _POLICY) -> None:
        client = UpstreamClient(
            config.name,
            careful(policy),
            auth=httpx.BasicAuth(config.username, config.password),
            headers={"groupId": config.group_id},
        )
        super().__init__(OpenCpsSource(config, policy), client)
        self._rest = config.rest
        self._answers = msgspec.json.Decoder(_Answer)

    def resend(self, dossiers: Sequence[Resend]) -> Iterator[Resent]:
        """One answer a dossier, in order; see ResendSource.

        Raises:
            LoginRefused: the account is refused.
        """
        return one_by_one(dossiers, _no_login, self._send)

    def _send(self, dossier: Resend) -> Verdict:
        number = dossier.external_id
        if not (number.isascii() and number.isdigit()):
            # A comma between numbers would send other dossiers too.
            return Verdict(ResendAnswer.REFUSED, _HEADER.number)
        header = self._give(_HEADER, {_HEADER.number: number}, is_known=dossier.is_known)
        if header.answer is not ResendAnswer.TAKEN:
            return header
        return judged_together(header, self._course(number))

    def _course(self, number: str) -> Verdict:
        """The course of a dossier whose header was taken.

        What keeps it from being sent is an answer too: an error would say that nothing was done.
        """
        try:
            verdict = attempted(lambda: self._give(_COURSE, {_COURSE.number: number}))
        except DoisoatError as error:
            return Verdict(ResendAnswer.REFUSED, str(error.values.get("detail", "")))
        return verdict or Verdict(ResendAnswer.REFUSED, "")

    def _give(self, order: _Order, form: Mapping[str, str], *, is_known: bool = False) -> Verdict:
        more = {order.is_update: _YES if is_known else _NO} if order.is_update else {}
        call = Call(
            method="POST", url=f"{self._rest}{order.path}", form={**form, **more}, logs_in=True
        )
        return self._client.ask(call, self._judged, never_again)

    def _judged(self, body: bytes) -> Verdict:
        answer = decoded(self._answers, body)
        if answer.error_code is None and answer.message is None:
            return judged(answer.response_code, answer.response_data)
        return judged(answer.error_code, answer.message)


def _no_login() -> None:
    """Each call bears the account itself."""
