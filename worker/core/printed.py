"""Reads a single figure as documents of the offices print it.

Only the forms that such documents have are read; whatever else stands there is no figure. A number
inside a remark ("Không có số liệu, không có điểm (Điểm tối đa ... 2 điểm)") is not a value.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

COUNT = "count"

_NUMBER = r"-?[0-9]{1,9}(?:,[0-9]{1,9})?"
# In counts the dot parts thousands: 1.773 is one thousand seven hundred and seventy-three.
_WHOLE = r"[0-9]{1,3}(?:\.[0-9]{3}){1,3}|[0-9]{1,9}"
_THINGS = "hồ sơ|TTHC|đơn vị"
_figure = re.compile(rf"({_NUMBER})(?: ?%| ?/([0-9]{{1,9}})(?: điểm)?| điểm)?")
_count = re.compile(rf"({_WHOLE})(?:/({_WHOLE}))?(?: (?:{_THINGS}))?")
_nothing = re.compile(r"Không có (hồ sơ|số liệu)(?:, không có điểm)?(?: \([^()]{1,200}\))?")


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure in its parts.

    ``number`` is the number before "%" or "/18", None where none is printed, never nought for it;
    ``out_of`` what stands after the stroke. ``empty``: it says that there were no dossiers.
    """

    number: Decimal | None
    out_of: Decimal | None = None
    empty: bool = False


def parse_printed(text: str, scale: str) -> Printed | None:
    """The parts of a printed figure; None where it is none.

    Args:
        text: As printed: ``49,22%``, ``11,4/18 điểm``, ``86/90 đơn vị``, ``Không có số liệu``.
        scale: ``count`` where it counts things; anything else has decimal commas and no thousands.
    """
    cleaned = unicodedata.normalize("NFC", text)
    nothing = _nothing.fullmatch(cleaned)
    if nothing:
        return Printed(None, empty=nothing[1] == "hồ sơ")
    if scale == COUNT:
        match = _count.fullmatch(cleaned)
        return match and Printed(_whole(match[1]), _whole(match[2]) if match[2] else None)
    match = _figure.fullmatch(cleaned)
    if match is None:
        return None
    return Printed(Decimal(match[1].replace(",", ".")), Decimal(match[2]) if match[2] else None)


def _whole(text: str) -> Decimal:
    return Decimal(text.replace(".", ""))
