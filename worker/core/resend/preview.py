"""What asking for dossiers to be sent again would come to."""

from dataclasses import dataclass

from worker.core.improvement import Standing
from worker.core.resend.figures import UnitFigures
from worker.core.resend.limits import Allowance
from worker.core.resend.selection import Candidate, LeftOut


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPreview:
    """What a request for one unit would ask for, and how the unit stands before and after.

    ``if_all`` is the standing on the portal once every dossier agrees.
    """

    unit: str
    name: str
    chosen: tuple[Candidate, ...]
    before: UnitFigures
    if_all: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be asked for; ``by_hand``: by a list for the system's operator.

    ``allowance`` is how many dossiers the limits let go just now. ``enabled``: whether re-sends are
    on at all.
    """

    units: tuple[UnitPreview, ...]
    left_out: tuple[LeftOut, ...]
    by_hand: bool
    enabled: bool
    allowance: Allowance
