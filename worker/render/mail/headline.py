"""The sentence that says it, and the few that belong to it."""

from collections import Counter
from collections.abc import Iterator

from models.types import IncidentKind, MailReason
from worker.core.alerts.letter import Letter, LetterFigures, LetterIncident
from worker.i18n import text
from worker.i18n.numbers import instant, number, signed
from worker.render.mail.subject import gravest_first, over
from worker.render.mail.words import (
    DAYS,
    fault_text,
    source_name,
    unit_name,
    value_of,
    value_text,
    which_day,
)


def headline_of(letter: Letter) -> list[str]:
    """The first sentence says what matters most; the others follow from it. At least one."""
    sentences = [*_first(letter), *_late(letter), *_soon(letter), *_why_again(letter)]
    return list(dict.fromkeys(sentences)) or [text("mail.headline.news", unit=unit_name(letter))]


def _first(letter: Letter) -> Iterator[str]:
    """What the gravest incident is, unless it is the difference itself, which comes anyway."""
    incidents = gravest_first(letter)
    if not incidents:
        return
    main = incidents[0]
    if main.is_resolved:
        what = "; ".join(over(letter, each) for each in incidents)
        yield text("mail.headline.over", what=what)
    elif main.kind is IncidentKind.SOURCE_DOWN:
        yield _down(letter, main)
        yield text("mail.headline.resting")
    elif main.kind is not IncidentKind.LATE_DIFFERENCE:
        value = value_text(main.kind, value_of(main) or 0)
        yield text(f"mail.headline.{main.kind.value}", n=value, unit=unit_name(letter))


def _down(letter: Letter, incident: LetterIncident) -> str:
    source = incident.source or ""
    told = {"n": source_name(letter, source), "since": instant(incident.opened_at)}
    fault = next((each.fault for each in letter.faults if each.source == source), "")
    if fault:
        return text("mail.headline.source_down_why", **told, fault=fault_text(fault))
    return text("mail.headline.source_down", **told)


def _late(letter: Letter) -> Iterator[str]:
    """How many dossiers one side alone counts as late, and the cause of most."""
    told = letter.figures
    if told is None:
        return
    more, less = letter.late_on_one_side() or _by_difference(told)
    names = {"unit": unit_name(letter)}
    if told.difference == 0:
        yield _agreed(told, more, less, names)
    else:
        side = "portal_more" if told.difference > 0 else "portal_less"
        count, other = (more, less) if told.difference > 0 else (less, more)
        yield text(f"mail.headline.{side}", n=number(count), **names)
        if other:
            also = "also_less" if told.difference > 0 else "also_more"
            difference = signed(told.difference)
            yield text(f"mail.headline.{also}", n=number(other), difference=difference)
    yield from _main_cause(letter)


def _by_difference(told: LetterFigures) -> tuple[int, int]:
    return max(told.difference, 0), max(-told.difference, 0)


def _agreed(told: LetterFigures, more: int, less: int, names: dict[str, str]) -> str:
    counts = {"n": number(told.late_portal)}
    if not more:
        return text("mail.headline.agree", **counts, **names)
    return text("mail.headline.cancel", more=number(more), less=number(less), **counts, **names)


def _main_cause(letter: Letter) -> Iterator[str]:
    counts = Counter({step.cause: abs(step.count) for step in letter.steps if step.count})
    if len(counts) > 1:
        [(cause, count)] = counts.most_common(1)
        label = text(f"causes.label.{cause.value}")
        yield text("mail.headline.main_cause", cause=label, n=number(count))


def _soon(letter: Letter) -> Iterator[str]:
    if not letter.warnings:
        return
    days = Counter(which_day(letter, each.late_from) for each in letter.warnings)
    shown = ", ".join(
        text(f"mail.warnings.{name}", n=number(days[name])) for name in DAYS if days[name]
    )
    yield text("mail.headline.warnings", n=number(len(letter.warnings)), days=shown)


def _why_again(letter: Letter) -> Iterator[str]:
    since = [each.opened_at for each in letter.incidents if not each.is_resolved]
    if since and letter.reason in (MailReason.ESCALATED, MailReason.REPEAT):
        yield text(f"mail.headline.{letter.reason.value}", since=instant(min(since)))
