"""What the portal's interfaces, new and old, have in common: what came counts, part by part."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from models.types import Period, Unreadable
from worker.core.privacy import scrub
from worker.errors import DataError, DoisoatError, TransientError, UpstreamContractError
from worker.ports import Figure, Figures
from worker.sources.body import lenient
from worker.sources.portal_figures.client import is_final
from worker.sources.portal_figures.values import Row

Told = Figure | Unreadable

# Whose figures a row holds, in either generation's words.
_NAMES = ("departmentId", "departmentCode", "departmentName", "ID", "MA_COQUAN", "TEN")


@dataclass(frozen=True, slots=True)
class Place:
    """Whose figures a row holds; code and name are None for the province as a whole."""

    code: str | None
    name: str | None
    procedure: str = ""


PROVINCE = Place(None, None)


def gathered(
    generation: str, period: Period, parts: Iterable[Callable[[], Iterable[Told]]]
) -> Figures:
    """All parts that came, one after the other; a source that refuses is asked for no further."""
    told: list[Told] = []
    troubles: list[DoisoatError] = []
    for part in parts:
        try:
            told += list(part())
        except (TransientError, UpstreamContractError) as trouble:
            troubles.append(trouble)
            if is_final(trouble):
                break
    return Figures(
        generation=generation,
        period=period,
        figures=tuple(each for each in told if isinstance(each, Figure)),
        unreadable=tuple(each for each in told if isinstance(each, Unreadable)),
        troubles=tuple(troubles),
    )


def read(row: Row, fields: Iterable[str], figure: Callable[[], Figure]) -> Told:
    """What ``figure`` makes of a row, or the ``fields`` it reads as Unreadable with the reason."""
    try:
        return figure()
    except DataError as error:
        return unreadable(row, fields, error)


def unreadable(row: Row, fields: Iterable[str], error: DataError) -> Unreadable:
    """What can't be read, with the unit it stands under and nothing else."""
    kept = {name: lenient(bytes(row[name])) for name in (*_NAMES, *fields) if name in row}
    return Unreadable(reason=error.key, detail=error.detail, raw=scrub(kept))
