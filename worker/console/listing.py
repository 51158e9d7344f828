"""Lists in pages: what of them is asked for in the address, and the addresses of other parts.

Everything stands in the address, so that it can be kept and mailed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from urllib.parse import urlencode

from fastapi import Request

PAGE_SIZE = 50
_LAST_PAGE = 100_000
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The part of a list that is asked for: sorted by ``sort``, from row ``offset`` on.

    ``filters`` are the other things asked for, by name.
    """

    path: str
    page: int
    sort: str
    is_descending: bool
    filters: Mapping[str, str] = field(default_factory=dict)
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """The first row of this part, counted from 0."""
        return (self.page - 1) * self.size

    def link(self, **other: str | int | None) -> str:
        """The address of this list with something asked for otherwise; None leaves it out."""
        now: dict[str, str | int | None] = {
            **self.filters,
            "sort": self.sort,
            "dir": "desc" if self.is_descending else "asc",
            "page": self.page,
        }
        told = {name: value for name, value in {**now, **other}.items() if value not in (None, "")}
        if told.get("page") == 1:
            del told["page"]
        return f"{self.path}?{urlencode(told)}" if told else self.path

    def sorted_by(self, column: str) -> str:
        """The address of this list sorted by a column, the other way round where it is already."""
        turned = self.sort == column and not self.is_descending
        return self.link(sort=column, dir="desc" if turned else "asc", page=None)

    def direction(self, column: str) -> str:
        """For ``aria-sort`` of a column's heading."""
        if self.sort != column:
            return "none"
        return "descending" if self.is_descending else "ascending"

    def pages(self, total: int) -> int:
        """How many parts a list of ``total`` rows has; at least 1."""
        return max(1, ceil(total / self.size))


def part_of(
    request: Request,
    columns: Sequence[str],
    *,
    filters: Sequence[str] = (),
    default: str | None = None,
    is_descending: bool = False,
    size: int = PAGE_SIZE,
) -> Part:
    """What of a list the address asks for; what it says wrongly is read as not said.

    Args:
        request: The request with the address.
        columns: What the list can be sorted by.
        filters: What else may be asked for; kept as it stands, without surrounding space.
        default: The column it is sorted by unless said otherwise (None: the first).
        is_descending: Whether it then stands the largest first.
        size: How many rows a part has.
    """
    asked = request.query_params
    sort = asked.get("sort", "")
    is_said = sort in columns
    return Part(
        path=request.url.path,
        page=_page(asked.get("page", "")),
        sort=sort if is_said else default or columns[0],
        is_descending=asked.get("dir") == "desc" if is_said else is_descending,
        filters={name: value for name in filters if (value := _plain(asked.get(name, "")))},
        size=size,
    )


def _plain(said: str) -> str:
    """What was typed, without what no database takes and nobody types."""
    shown = "".join(sign if sign.isprintable() else " " for sign in said[:_LONGEST])
    return " ".join(shown.split())


def _page(said: str) -> int:
    is_number = said.isascii() and said.isdigit() and len(said) <= len(str(_LAST_PAGE))
    return min(max(int(said), 1), _LAST_PAGE) if is_number else 1
