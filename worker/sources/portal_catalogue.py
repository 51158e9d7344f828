"""The national catalogue of procedures: ``LayDanhSachTTHC``, ``LayThuTuc`` and ``LayQDCB``."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from worker.core.codes import procedure_code
from worker.core.limits import told
from worker.errors import DataError, UpstreamContractError
from worker.ports import ListedProcedure, ProcedureLimit, ToldDecision
from worker.sources.adapter import PortalAdapter
from worker.sources.attempt import AttemptError
from worker.sources.body import decoded
from worker.sources.portal_publication import decision_named, decision_of, parts_of, words
from worker.sources.portal_rows import Envelope

_LIST = "LayDanhSachTTHC"
_ONE = "LayThuTuc"
_DECISION = "LayQDCB"
_MOST_PROCEDURES = 50_000
_MOST_ROWS = 20

Row = Mapping[str, Any]


class PortalCatalogue:
    """Reads the catalogue (wire.md section 2.4); implements CatalogueSource.

    As with look-ups, only an answer that says so in full means that a procedure is not known.
    """

    def __init__(self, adapter: PortalAdapter) -> None:
        self._adapter = adapter
        self._rows = msgspec.json.Decoder(list[Any])

    def check(self) -> None:
        """Read the list: not every adapter offers it; raises what ``procedures`` raises."""
        self.procedures()

    def close(self) -> None:
        """Give back the connections."""
        self._adapter.close()

    @property
    def calls(self) -> int:
        """How many calls have been made so far, logins and retries included."""
        return self._adapter.calls

    def allow(self, calls: int | None) -> None:
        """Make at most so many further calls (None: no limit); the rest fails as unavailable."""
        self._adapter.allow(calls)

    def procedures(self) -> tuple[ListedProcedure, ...]:
        """Every procedure the catalogue lists, each once; rows without a code are passed over.

        Raises:
            UpstreamUnavailable: no proper answer.
            UpstreamContractError: most of what came is no procedure.
        """
        return self._adapter.ask(_LIST, {}, self._listed)

    def limit(self, code: str) -> ProcedureLimit | None:
        """One procedure with its limits, in the catalogue's words; None where it is not known.

        Raises:
            UpstreamUnavailable: no proper answer.
            UpstreamContractError: the answer is about another procedure, or in another shape.
        """
        return self._adapter.ask(_ONE, {"maTTHC": code}, lambda answer: self._told(code, answer))

    def decision(self, key: str) -> ToldDecision | None:
        """The decision a procedure names; None where the catalogue does not know it.

        Raises:
            UpstreamUnavailable: no proper answer, or the adapter has no such service.
            UpstreamContractError: the answer is about several other decisions.
        """
        question = {"idQDCB": key}
        return self._adapter.ask(_DECISION, question, lambda answer: self._decided(key, answer))

    def _listed(self, answer: Envelope) -> tuple[ListedProcedure, ...]:
        rows = self._result(answer, _MOST_PROCEDURES)
        found = {code: row for row in rows if (code := _code(row)) is not None}
        if len(rows) > 2 * sum(_code(row) is not None for row in rows):
            raise _another_shape()
        return tuple(
            ListedProcedure(code, words(row.get("TENTTHC"))) for code, row in found.items()
        )

    def _told(self, code: str, answer: Envelope) -> ProcedureLimit | None:
        rows = self._result(answer, _MOST_ROWS)
        if not rows:
            return None
        row = next((each for each in rows if _code(each) == code), None)
        if row is None:
            raise _another_shape()
        fields = _objects(row.get("LINHVUCTHUCHIEN"))
        return ProcedureLimit(
            code=code,
            name=words(row.get("TENTTHC")),
            text=told(_limits(row)),
            field=words(fields[0].get("TENLINHVUC")) if fields else "",
            parts=parts_of(row),
            decision=decision_named(row),
        )

    def _decided(self, key: str, answer: Envelope) -> ToldDecision | None:
        rows = self._result(answer, _MOST_ROWS)
        if not rows:
            return None
        named = [each for each in rows if words(each.get("ID")) == key]
        if not named and (len(rows) > 1 or rows[0].get("ID") is not None):
            raise _another_shape()
        return decision_of(key, (named or rows)[0])

    def _result(self, answer: Envelope, most: int) -> list[Row]:
        result = bytes(answer.result)
        if result.startswith(b"{"):
            result = b"[" + result + b"]"
        if not result.startswith(b"["):
            raise AttemptError("no result")
        rows = decoded(self._rows, result)
        if len(rows) > most:
            raise AttemptError("too many rows", error=UpstreamContractError, again=False)
        return [row if isinstance(row, Mapping) else {} for row in rows]


def _limits(row: Row) -> Iterator[tuple[str, str]]:
    """Number and unit of every limit, over all channels of filing."""
    for channel in _objects(row.get("CACHTHUCTHUCHIEN")):
        for limit in _objects(channel.get("THOIGIAN")):
            number = limit.get("THOIGIANGIAIQUYET")
            strange = number is not None and not isinstance(number, (str, int, float))
            yield "?" if strange else words(number), words(limit.get("DONVITINH"))


def _objects(value: object) -> list[Row]:
    """The objects of a list, of one that stands alone, of nothing."""
    if value is None or value == "":
        return []
    several = value if isinstance(value, list) else [value]
    found = [each for each in several if isinstance(each, Mapping)]
    if len(found) < len(several):
        raise _another_shape()
    return found


def _code(row: Row) -> str | None:
    try:
        return procedure_code(words(row.get("MATTHC")))
    except DataError:
        return None


def _another_shape() -> AttemptError:
    return AttemptError("another shape", error=UpstreamContractError, again=False, down=False)
