"""Frozen statements computed again, and figures that changed after a close, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from rich.console import RenderableType
from rich.text import Text

from models.statement import Correction, Statement
from worker.core.statement import CLOSING, OPENING, PUBLISHED, WHOLE
from worker.core.statement_figures import Difference, Figure, Verified, reading_order
from worker.core.times import day_start
from worker.i18n import sentence, text
from worker.i18n.numbers import exact, month, number
from worker.render.frozen_figures import figure_name, figure_value
from worker.render.statement import about, differences_table, frozen_item, unit_name
from worker.render.tables import plain_table

Item = dict[str, Any]
Names = Mapping[str, str]


def verified_item(row: Statement, found: Verified) -> Item:
    """What ``statement verify --json`` says of one statement."""
    return frozen_item(row) | {
        "intact": found.is_intact,
        "same": found.is_reproduced,
        "obstacle": sentence(found.obstacle) if found.obstacle else None,
        "differing": [_difference(each) for each in found.differing],
        "grounds": [_difference(each) for each in found.grounds],
    }


def verified_told(
    found: Sequence[tuple[Statement, Verified]], names: Names
) -> list[RenderableType]:
    """A sentence for each statement, and a table of what differs."""
    if not found:
        return [text("statement.none")]
    return [part for row, each in found for part in _verified(row, each, names)]


def _verified(row: Statement, found: Verified, names: Names) -> list[RenderableType]:
    told = about(row, names)
    if not found.is_intact:
        return [Text(text("statement.verify.tampered", **told), style="bold red")]
    if found.obstacle is not None:
        return [text("statement.verify.not_now", **told, why=sentence(found.obstacle))]
    if found.is_same:
        return [text("statement.verify.same", **told)]
    count = number(len(found.differing))
    key = "statement.verify.differs" if found.differing else "statement.verify.only_grounds"
    said = text(key, **told, count=count) if found.differing else text(key, **told)
    return [said, differences_table((*found.differing, *found.grounds), names), ""]


def closes_table(
    rows: Sequence[Statement], corrected: Mapping[int, int], names: Names
) -> list[RenderableType]:
    """The closed periods, the newest first, each with how many corrections it has had."""
    if not rows:
        return [text("statement.close.none")]
    keys = ("id", "period", "as_of", "role", "signed_at", "digest")
    headings = [text(f"statement.heading.{name}") for name in keys]
    headings.append(text("statement.close.corrected"))
    table = plain_table(text("statement.close.title"), headings, numbers=[0, len(keys)])
    for row in rows:
        told = about(row, names)
        shown = [told[name] for name in ("id", "period", "as_of", "role", "at")]
        table.add_row(*map(Text, shown), row.digest[:12], number(corrected.get(row.id or 0, 0)))
    return [table, "", text("statement.total", total=number(len(rows)))]


def correction_item(row: Correction) -> Item:
    """One correction as ``close corrections --json`` has it."""
    return {
        "id": row.id,
        "statement": row.statement_id,
        "reconciliation": row.reconciliation_id,
        "at": row.at,
        "unit": row.unit or None,
        "figure": row.figure,
        "before": msgspec.json.decode(row.before),
        "after": msgspec.json.decode(row.after),
    }


def corrections_told(
    close: Statement, rows: Sequence[Correction], names: Names, *, whole: bool
) -> list[RenderableType]:
    """Each figure that is another one now than at the close, and when that was last seen.

    Of the ``whole`` province's units only the balances are shown.
    """
    period = month(close.period_from)
    if not rows:
        return [text("statement.close.no_corrections", period=period)]
    first: dict[Figure, Correction] = {}
    last: dict[Figure, Correction] = {}
    for row in rows:
        first.setdefault(Figure(row.unit, row.figure), row)
        last[Figure(row.unit, row.figure)] = row
    lasting = [
        each for each in sorted(last, key=reading_order) if first[each].before != last[each].after
    ]
    listed = [each for each in lasting if not whole or _is_main(each)]
    shown: list[RenderableType] = []
    if listed:
        shown = [_corrections_table(listed, first, last, period, names), ""]
    if len(listed) < len(lasting):
        shown.append(text("statement.close.more", count=number(len(lasting) - len(listed))))
    return [*shown, *_notes(close, len(rows), len(lasting), len(last))]


def _is_main(figure: Figure) -> bool:
    return figure.unit == WHOLE or figure.name in (OPENING, CLOSING, PUBLISHED)


def _corrections_table(
    figures: Sequence[Figure],
    first: Mapping[Figure, Correction],
    last: Mapping[Figure, Correction],
    period: str,
    names: Names,
) -> RenderableType:
    headings = [
        text("statement.heading.unit"),
        text("statement.verify.figure"),
        *(text(f"statement.close.{each}") for each in ("before", "after", "at", "reconciliation")),
    ]
    title = text("statement.close.corrections", period=period)
    table = plain_table(title, headings, numbers=[2, 3, 5])
    for each in figures:
        table.add_row(
            Text(unit_name(each.unit, names)),
            Text(figure_name(each.name)),
            Text(figure_value(msgspec.json.decode(first[each].before))),
            Text(figure_value(msgspec.json.decode(last[each].after))),
            exact(last[each].at),
            str(last[each].reconciliation_id),
        )
    return table


def _notes(close: Statement, rows: int, lasting: int, figures: int) -> list[str]:
    told = {"figures": number(lasting), "corrections": number(rows)}
    notes = [text("statement.close.count", **told)]
    if figures > lasting:
        notes.append(text("statement.close.back", count=number(figures - lasting)))
    if close.as_of < day_start(close.period_to):
        notes.append(text("statement.close.still_open", as_of=exact(close.as_of)))
    return notes


def _difference(each: Difference) -> Item:
    return {
        "unit": each.figure.unit or None,
        "figure": each.figure.name,
        "before": each.before,
        "after": each.after,
    }
