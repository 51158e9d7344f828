"""What a list calls the statuses of its dossiers."""

import re
from collections.abc import Mapping
from functools import lru_cache

from models.types import Status
from worker.core.privacy import excerpt
from worker.core.workbook.headings import words_in_full
from worker.errors import DataError

# The portal's own words, those of the province systems, and English; all in plain words.
_NAMES: Mapping[Status, tuple[str, ...]] = {
    Status.NEW: ("moi dang ky", "moi nop", "moi", "cho tiep nhan", "new"),
    Status.RECEIVED: ("da tiep nhan", "duoc tiep nhan", "moi tiep nhan", "tiep nhan", "received"),
    Status.NOT_ACCEPTED: (
        "khong tiep nhan",
        "khong duoc tiep nhan",
        "tu choi",
        "da tu choi",
        "tu choi tiep nhan",
        "not accepted",
        "rejected",
    ),
    Status.IN_PROCESS: (
        "dang xu ly",
        "dang giai quyet",
        "dang thu ly",
        "dang tham dinh",
        "dang thuc hien",
        "cho xu ly",
        "chua giai quyet",
        "in process",
        "in progress",
        "processing",
    ),
    Status.SUPPLEMENT_REQUESTED: (
        "bo sung",
        "cho bo sung",
        "dang bo sung",
        "yeu cau bo sung",
        "yeu cau bo sung giay to",
        "supplement requested",
    ),
    Status.PAYMENT_REQUESTED: (
        "yeu cau thuc hien nghia vu tai chinh",
        "cho thuc hien nghia vu tai chinh",
        "thuc hien nghia vu tai chinh",
        "cho thanh toan",
        "payment requested",
    ),
    Status.WITHDRAWN: (
        "rut",
        "da rut",
        "xin rut",
        "cong dan rut",
        "cong dan yeu cau rut",
        "withdrawn",
    ),
    Status.STOPPED: ("dung xu ly", "da dung xu ly", "dung giai quyet", "da huy", "huy", "stopped"),
    Status.FINISHED: (
        "da xu ly xong",
        "xu ly xong",
        "da xu ly",
        "da giai quyet",
        "da giai quyet xong",
        "da co ket qua",
        "cho tra ket qua",
        "hoan thanh",
        "da hoan thanh",
        "da ket thuc",
        "finished",
        "completed",
    ),
    Status.RETURNED: ("da tra", "da tra ket qua", "tra ket qua", "returned"),
}
_USUAL = {name: status for status, names in _NAMES.items() for name in names}

_numbered = re.compile(r"(?P<number>\d{1,2})(?:\s*[-.:)]\s*(?P<name>.*))?")
# Some lists say in one column where a dossier stands and whether it is late.
_timing = re.compile(r" (?:truoc|som|dung|qua|tre|trong|con|chua den) (?:thoi )?han$| tre hen$")


class ListStatuses:
    """A list's statuses by name or by the portal's numbers 1 to 10; an office's own go first."""

    def __init__(self, own: Mapping[str, Status]) -> None:
        self._own = {words_in_full(name): status for name, status in own.items()}
        self._meaning = lru_cache(maxsize=1024)(self._looked_up)

    def meaning(self, text: str) -> Status:
        """The status that a text names, whatever its case, diacritics and abbreviations.

        Raises:
            DataError: ``status_unknown``.
        """
        return self._meaning(text)

    def _looked_up(self, text: str) -> Status:
        words = words_in_full(text)
        found = self._own.get(words) or _by_number(text) or _by_name(words)
        if found is None:
            raise DataError("status_unknown", excerpt(text))
        return found


def _by_name(words: str) -> Status | None:
    bare = _timing.sub("", words)
    for each in (bare, bare.removesuffix(" ho so"), bare.removeprefix("ho so ")):
        if each in _USUAL:
            return _USUAL[each]
    return None


def _by_number(text: str) -> Status | None:
    """The status in "10" and "10 - Đã trả kết quả"; None where number and name disagree."""
    match = _numbered.fullmatch(text.strip())
    if match is None or int(match["number"]) not in set(Status):
        return None
    status = Status(int(match["number"]))
    agrees = not match["name"] or _by_name(words_in_full(match["name"])) is status
    return status if agrees else None
