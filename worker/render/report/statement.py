"""The annex of frozen figures: the statements signed of the period, and what changed afterwards."""

from collections.abc import Iterator

from worker.core.statement import UNEXPLAINED, Line
from worker.i18n import text
from worker.i18n.numbers import instant, number
from worker.render.frozen_figures import figure_name, figure_value
from worker.render.mail.words import sentence_of
from worker.render.report.cells import NOTHING, columns, count
from worker.render.report.document import Block, Cell, Kind, Paragraph, Section, Table
from worker.render.report.facts import Facts, Sealed


def statement_section(facts: Facts) -> Section | None:
    """What was frozen of the whole the report is about; None where nothing was."""
    if not facts.sealed:
        return None
    blocks: list[Block] = [Paragraph(text("report.statement.intro"))]
    blocks += [_table(each) for each in facts.sealed]
    if facts.corrections:
        blocks.append(_corrections(facts))
    return Section(key="statement", title=text("report.statement.title"), blocks=tuple(blocks))


def _table(sealed: Sealed) -> Table:
    lines = sealed.statement.main.lines
    return Table(
        key=f"statement_{sealed.number}",
        title=text(f"report.statement.{sealed.kind.value}", n=number(sealed.number)),
        columns=columns(
            "statement",
            ("line", Kind.TEXT, 52),
            ("step", Kind.SIGNED, 14),
            ("balance", Kind.COUNT, 14),
        ),
        rows=tuple((Cell(_label(line)), *_amounts(line)) for line in lines),
        totals=frozenset(place for place, line in enumerate(lines) if _is_balance(line)),
        notes=tuple(_notes(sealed)),
    )


def _is_balance(line: Line) -> bool:
    return line.kind is None and line.name != UNEXPLAINED


def _label(line: Line) -> str:
    if line.kind is not None:
        return sentence_of(text(f"causes.label.{line.name}"))
    if line.name == UNEXPLAINED:
        return text("statement.unexplained")
    return text(f"states.view.{line.name}")


def _amounts(line: Line) -> tuple[Cell, Cell]:
    """A step stands in the first column, a balance in the second."""
    told = count(line.count)
    return (NOTHING, told) if _is_balance(line) else (told, NOTHING)


def _notes(sealed: Sealed) -> Iterator[str]:
    yield text("report.statement.as_of", at=instant(sealed.statement.as_of))
    yield text("report.statement.by", role=sealed.role, at=instant(sealed.signed_at))
    yield text("statement.digest", digest=sealed.digest)


def _corrections(facts: Facts) -> Table:
    rows = [
        (
            Cell(each.at),
            Cell(each.unit),
            Cell(sentence_of(figure_name(each.figure))),
            Cell(figure_value(each.before)),
            Cell(figure_value(each.after)),
        )
        for each in facts.corrections
    ]
    return Table(
        key="corrections",
        title=text("report.statement.corrections"),
        columns=columns(
            "correction",
            ("at", Kind.INSTANT, 17),
            ("unit", Kind.TEXT, 32),
            ("figure", Kind.TEXT, 44),
            ("before", Kind.TEXT, 18),
            ("after", Kind.TEXT, 18),
        ),
        rows=tuple(rows),
        notes=(text("report.statement.corrections_note"),),
    )
