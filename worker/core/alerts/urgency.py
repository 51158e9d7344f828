"""Which dossiers of a letter come first."""

from collections.abc import Iterable

from models.types import CauseKind
from worker.core.alerts.letter import LetterDossier


def by_urgency(dossiers: Iterable[LetterDossier]) -> tuple[LetterDossier, ...]:
    """What can be mended before what is only counted otherwise.

    What the portal alone shows as late before the rest, and the longest late first.
    """
    return tuple(sorted(dossiers, key=_place))


def _place(dossier: LetterDossier) -> tuple[bool, int, int, str]:
    of_rule = dossier.cause.kind is CauseKind.RULE
    return of_rule, -dossier.contribution, -(dossier.days_late or 0), dossier.code
