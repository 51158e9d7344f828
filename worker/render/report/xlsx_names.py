"""Names of sheets: short, unique and without the letters that Excel refuses."""

import re
from collections.abc import Iterable, Sequence

from worker.render.report.values import line

_LONGEST = 31
_REFUSED = re.compile(r"[\[\]:*?/\\']+")
_END = "…"


def sheet_names(titles: Iterable[str], instead: str) -> Sequence[str]:
    """A name a title, in order: "1. Kết quả chung…"; ``instead`` stands where a title is empty.

    The number in front makes names unique and leads from the list on the cover to the sheet.
    """
    return [
        _shortened(f"{place}. {_allowed(title) or instead}")
        for place, title in enumerate(titles, start=1)
    ]


def link_to(name: str, cell: str = "A1") -> str:
    """Where a link inside the workbook leads."""
    return f"internal:'{name}'!{cell}"


def _allowed(title: str) -> str:
    return _REFUSED.sub("-", line(title)).strip("- ")


def _shortened(name: str) -> str:
    """At most what Excel allows, cut between words."""
    if len(name.encode("utf-16-le")) // 2 <= _LONGEST:
        return name
    while len(f"{name}{_END}".encode("utf-16-le")) // 2 > _LONGEST:
        name = name[:-1]
    whole, _, rest = name.rpartition(" ")
    return f"{whole if whole.count(' ') and rest else name.rstrip()}{_END}"
