"""The last part of a report: what its figures rest on, and how to read them."""

from collections.abc import Iterator

from worker.i18n import text
from worker.i18n.numbers import instant, number
from worker.render.report.document import Paragraph, Section
from worker.render.report.facts import Facts, Reconciled


def notes_section(facts: Facts) -> Section:
    """Sources and their ages, rules of counting, what is presumed, what is never mixed."""
    words = [*_basis(facts), text("report.notes.printed"), text("report.notes.rounding")]
    words.append(text("report.notes.private"))
    return Section(
        key="notes",
        title=text("report.notes.title"),
        blocks=tuple(Paragraph(each, is_note=True) for each in words),
    )


def _basis(facts: Facts) -> Iterator[str]:
    found = facts.reconciled
    if found is None:
        return
    for age in found.ages:
        side = text(f"states.side.{age.side.value}")
        rule = text(f"rules.name.{found.rules[age.source]}")
        if age.read_at is None:
            yield text("report.notes.never_read", side=side, source=age.source)
        else:
            at = instant(age.read_at)
            yield text("report.notes.read", side=side, source=age.source, at=at, rule=rule)
    yield from _limits(facts, found)


def _limits(facts: Facts, found: Reconciled) -> Iterator[str]:
    yield text("report.notes.difference")
    if found.is_provisional(facts.period):
        yield text("report.notes.provisional")
    presumed = found.whole.figures.presumed
    if presumed:
        yield text("report.notes.presumed", n=number(presumed))
