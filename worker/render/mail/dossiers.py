"""Single dossiers in a mail: what is wrong with each, what either side has, what to do."""

from collections.abc import Iterator
from dataclasses import dataclass

from worker.core.alerts.letter import Letter, LetterDossier, LetterWarning, Sight
from worker.i18n import text
from worker.i18n.numbers import instant, number
from worker.render.mail.words import advice_text, due_text, sentence_of, shown, status_text


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierText:
    """A dossier in words.

    ``effect`` is "" in the usual case, that only the portal counts it as late. ``sides`` are pairs
    of a side and what it has.
    """

    code: str
    cause: str
    effect: str
    due: str
    sides: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    advice: str


@dataclass(frozen=True, slots=True)
class SoonText:
    """A dossier that becomes late soon: its code, from when, and where it stands."""

    code: str
    late_from: str
    note: str


def dossier_text(letter: Letter, dossier: LetterDossier) -> DossierText:
    """One of the dossiers to take up first."""
    due = _one_due(dossier)
    return DossierText(
        code=shown(dossier.code),
        cause=sentence_of(text(f"causes.label.{dossier.cause.value}")),
        effect="" if dossier.contribution > 0 else effect_text(dossier.contribution),
        due=_due(dossier, due),
        sides=(
            (text("mail.dossiers.province"), _side(dossier.province, told_due=due is not None)),
            (text("mail.dossiers.portal"), _portal(dossier, told_due=due is not None)),
        ),
        notes=tuple(_notes(letter, dossier)),
        advice=advice_text(dossier.cause, dossier.flags),
    )


def effect_text(contribution: int) -> str:
    """Which side alone counts a dossier as late."""
    if contribution:
        return text(f"mail.dossiers.{'portal_only' if contribution > 0 else 'province_only'}")
    return text("mail.dossiers.both")


def _one_due(dossier: LetterDossier) -> str | None:
    """When it is due, where no side says another time than the other."""
    told = {due_text(sight) for sight in (dossier.province, dossier.portal) if sight}
    return told.pop() if len(told) == 1 else None


def _due(dossier: LetterDossier, due: str | None) -> str:
    days = dossier.days_late
    if due is not None:
        key = "due_late" if days else "due"
        return text(f"mail.dossiers.{key}", due=due, n=number(days or 0))
    return text("mail.dossiers.late", n=number(days)) if days else ""


def _portal(dossier: LetterDossier, *, told_due: bool) -> str:
    told = _side(dossier.portal, told_due=told_due)
    if dossier.portal_unit is None:
        return told
    return f"{told}; {text('mail.dossiers.for_unit', unit=shown(dossier.portal_unit))}"


def _side(sight: Sight | None, *, told_due: bool) -> str:
    if sight is None:
        return text("mail.dossiers.absent")
    return "; ".join(_parts(sight, told_due=told_due))


def _parts(sight: Sight, *, told_due: bool) -> Iterator[str]:
    yield status_text(sight.status)
    if sight.ended_at:
        yield text("mail.dossiers.ended_part", at=instant(sight.ended_at))
    if sight.due_at and not told_due:
        yield text("mail.dossiers.due_part", at=instant(sight.due_at))


def _notes(letter: Letter, dossier: LetterDossier) -> Iterator[str]:
    if letter.is_about_province:
        yield text("mail.dossiers.unit", unit=shown(dossier.unit))
    if dossier.flags:
        flags = "; ".join(text(f"flags.{flag.value}") for flag in dossier.flags)
        yield text("mail.dossiers.flags", flags=flags)


def soon_text(letter: Letter, warning: LetterWarning) -> SoonText:
    """One of the dossiers about to be late."""
    status = status_text(warning.status)
    unit = f"; {shown(warning.unit)}" if letter.is_about_province else ""
    late_from = text("mail.warnings.late_from", at=instant(warning.late_from))
    return SoonText(shown(warning.code), late_from, f"{status}{unit}")
