"""One dossier in several rows of a list."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from models.types import SourceRecord
from worker.core.workbook.reading import Line


@dataclass(frozen=True, slots=True)
class Doubles:
    """Lines that name one dossier more than once.

    ``same`` are rows that only repeat another; ``different`` the ids under which rows differ.
    """

    same: tuple[int, ...]
    different: tuple[str, ...]


def told_apart(lines: Sequence[Line]) -> tuple[tuple[Line, ...], Doubles]:
    """The lines with one id each.

    Rows that say the same are one. Where they differ, the list holds two records of one dossier,
    which is a cause of its own (DUPLICATE): the second is known as ``<id>#2``. Which is which goes
    by what they say, so that the order of the rows changes nothing.
    """
    by_id: defaultdict[str, list[SourceRecord]] = defaultdict(list)
    same: set[int] = set()
    for line in lines:
        if isinstance(line.reading, SourceRecord):
            told = by_id[line.reading.external_id]
            if line.reading in told:
                same.add(line.row)
            else:
                told.append(line.reading)
    several = {key: sorted(told, key=repr) for key, told in by_id.items() if len(told) > 1}
    kept = tuple(_numbered(line, several) for line in lines if line.row not in same)
    return kept, Doubles(tuple(sorted(same)), tuple(several))


def _numbered(line: Line, several: Mapping[str, Sequence[SourceRecord]]) -> Line:
    record = line.reading
    if not isinstance(record, SourceRecord) or record.external_id not in several:
        return line
    place = several[record.external_id].index(record) + 1
    suffix = f"#{place}" if place > 1 else ""
    return Line(line.row, replace(record, external_id=f"{record.external_id}{suffix}"))
