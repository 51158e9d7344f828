"""A unit's figures before and after a request, as they are kept with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from worker.core.improvement import Correction, Standing
from worker.core.resend.selection import Candidate


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """How a unit stood on the portal by one reconciliation."""

    reconciliation: int
    as_of: datetime
    standing: Standing

    def stored(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "reconciliation": self.reconciliation,
            "as_of": self.as_of.isoformat(),
            "counted": self.standing.counted,
            "late": self.standing.late,
        }


def figures_of(stored: Mapping[str, Any]) -> UnitFigures:
    """The figures that a request keeps."""
    return UnitFigures(
        stored["reconciliation"],
        datetime.fromisoformat(stored["as_of"]),
        Standing(stored["counted"], stored["late"]),
    )


def if_all_succeed(now: Standing, chosen: Iterable[Candidate]) -> Standing:
    """How a unit stands once the portal shows of these dossiers what the province has."""
    for each in chosen:
        correction = Correction(
            code=each.code,
            cause=each.cause,
            contribution=each.contribution,
            opened_at=each.opened_at,
        )
        now = correction.applied(now)
    return now
