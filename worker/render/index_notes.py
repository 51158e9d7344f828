"""What stands under the index's tables: the cut-off, who told what and when, how to read it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from worker.core.index.comparison import Break, Change
from worker.core.index.side_by_side import Compared, Entry, SideBySide
from worker.core.index.values import Value
from worker.i18n import text
from worker.i18n.numbers import day, instant, month, number

_OWN = ("counted", "at_home")


def notes_of(table: SideBySide, rows: Sequence[Compared], *, checked: bool) -> Iterator[str]:
    """The lines under the tables of one unit or of several; ``checked``: with computed scores."""
    entries = [entry for row in rows for entry in row.entries]
    yield _cutoff(table)
    yield from _documents(entries)
    yield from _portal(entries)
    yield from _own(entries)
    if checked and any(entry.scores for entry in entries):
        yield text("index.told_by.rules", name=table.current.rules.name)
    yield from _targets(entries)
    yield from _changes(table, entries)
    if any(row.rank and row.rank.shared for row in rows):
        yield text("index.rank.shared_note")
    if not checked and any(each for row in rows for each in row.rank_changes.values()):
        yield text("index.rank.change_note")


def _cutoff(table: SideBySide) -> str:
    current = table.current
    key = "provisional" if current.provisional else "final"
    return text(
        f"index.cutoff.{key}",
        instant=instant(current.as_of),
        period=month(current.period.first),
    )


def _documents(entries: Sequence[Entry]) -> Iterator[str]:
    printed = _values(entries, "printed")
    for name in dict.fromkeys(value.document for value in printed):
        days = sorted(
            {_day(each.as_of) for each in printed if each.document == name and each.as_of}
        )
        if days:
            listed = ", ".join(map(day, days))
            yield text("index.told_by.document_as_of", document=name, day=listed)
        else:
            yield text("index.told_by.document", document=name)


def _portal(entries: Sequence[Entry]) -> Iterator[str]:
    published = _values(entries, "published")
    for name in dict.fromkeys(value.document for value in published):
        seen = sorted(
            each.as_of
            for each in published
            if each.document == name and isinstance(each.as_of, datetime)
        )
        if seen:
            shown_by = text(f"figures.generation.{name}")
            yield text("index.told_by.portal", instant=instant(seen[-1]), interface=shown_by)


def _own(entries: Sequence[Entry]) -> Iterator[str]:
    """When we counted, and what a side does not tell."""
    counted = [value for name in _OWN for value in _values(entries, name)]
    if not counted:
        return
    seen = max(each.as_of for each in counted if isinstance(each.as_of, datetime))
    yield text("index.told_by.own", instant=instant(seen))
    yield from _untold(entries)


def _untold(entries: Sequence[Entry]) -> Iterator[str]:
    """What a side does not tell: of how many dossiers, or of all."""
    for name in _OWN:
        values = _values(entries, name)
        parts = [f"{each.code} ({number(each.untold)})" for each in values if each.untold]
        if parts:
            yield text(f"index.told_by.untold_{name}", codes=", ".join(dict.fromkeys(parts)))


def _targets(entries: Sequence[Entry]) -> Iterator[str]:
    targets = dict.fromkeys(entry.target.source for entry in entries if entry.target)
    if targets:
        yield text("index.told_by.targets", documents="; ".join(targets))


def _changes(table: SideBySide, entries: Sequence[Entry]) -> Iterator[str]:
    changes = [each for entry in entries for each in entry.changes.values() if each is not None]
    if not table.bases or not changes:
        return
    ways = dict.fromkeys(each.shown_by.split(" ")[0] for each in changes if each.amount is not None)
    if ways:
        listed = ", ".join(text(f"index.told.{way}") for way in ways)
        yield text("index.table.change_note", ways=listed)
    if _broken(changes):
        yield text("index.table.break_note")


def _broken(changes: Sequence[Change]) -> set[Break]:
    return {kind for each in changes for kind in each.breaks}


def _values(entries: Sequence[Entry], name: str) -> list[Value]:
    return [entry.values[name] for entry in entries if name in entry.values]


def _day(moment: datetime | date | None) -> date:
    return moment if isinstance(moment, date) else date.max
