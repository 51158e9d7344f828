"""A mail as plain text: the same words as its HTML, at most 72 columns wide."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from worker.render.mail.bridge import BridgeLine
from worker.render.mail.content import Content
from worker.render.mail.dossiers import DossierText
from worker.render.mail.figures import NumberText
from worker.render.mail.notes import LinkText

WIDTH = 72
_FOOT = "-- "


def plain_text(content: Content) -> str:
    """The text, its lines ended by line feeds."""
    sections = (
        [*_wrapped(content.headline), *_paragraph(content.details)],
        _titled(content.numbers_title, _numbers(content.numbers)),
        _titled(content.alerts_title, _bullets(content.alerts)),
        _titled(content.todo_title, _counted(content.todo)),
        _links(content.links),
        _titled(content.dossiers_title, [*_dossiers(content.dossiers), content.dossiers_more]),
        _titled(content.warnings_title, [*_warnings(content), content.warnings_more]),
        _titled(content.bridge_title, _bridge(content.bridge)),
        _titled(content.fresh_title, _bullets(content.fresh)),
        [*_wrapped(content.answers_note), *_links(content.answers)],
    )
    body = "\n\n".join("\n".join(lines) for each in sections if (lines := _tidy(each)))
    foot = "\n".join(line for each in content.foot for line in _wrapped(each))
    return f"{body}\n\n{_FOOT}\n{foot}\n"


def _tidy(lines: Iterable[str]) -> list[str]:
    """Without empty lines at the end."""
    kept = list(lines)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _wrapped(words: str, indent: str = "", first: str | None = None) -> list[str]:
    """Lines of at most 72 columns; a code or an address is never broken."""
    return wrap(
        words,
        WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _paragraph(sentences: Sequence[str]) -> list[str]:
    return ["", *_wrapped(" ".join(sentences))] if sentences else []


def _titled(title: str, lines: Iterable[str]) -> list[str]:
    told = list(lines)
    return [title.upper(), *told] if title else []


def _bullets(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from _wrapped(line, "  ", "- ")


def _counted(lines: Sequence[str]) -> Iterator[str]:
    for place, line in enumerate(lines, start=1):
        yield from _wrapped(line, "   ", f"{place}. ")


def _numbers(numbers: Sequence[NumberText]) -> Iterator[str]:
    label = max((len(each.label) for each in numbers), default=0)
    value = max((len(each.value) for each in numbers), default=0)
    for each in numbers:
        note = f"  ({each.note})" if each.note else ""
        yield f"{each.label:<{label}}  {each.value:>{value}}{note}"


def _dossiers(dossiers: Sequence[DossierText]) -> Iterator[str]:
    for place, each in enumerate(dossiers, start=1):
        margin = " " * len(f"{place}. ")
        yield f"{place}. {each.code}"
        effect = f" ({each.effect})" if each.effect else ""
        yield from _wrapped(each.cause + effect, margin)
        if each.due:
            yield from _wrapped(each.due, margin)
        yield from _sides(each.sides, margin)
        for note in each.notes:
            yield from _wrapped(note, margin)
        yield from _wrapped(each.advice, f"{margin}   ", f"{margin}=> ")
        yield ""


def _sides(sides: Sequence[tuple[str, str]], margin: str) -> Iterator[str]:
    width = max(len(side) for side, _ in sides) + 1
    for side, told in sides:
        first = f"{margin}{side + ':':<{width}} "
        yield from _wrapped(told, " " * len(first), first)


def _warnings(content: Content) -> Iterator[str]:
    width = max((len(each.code) for each in content.warnings), default=0)
    for each in content.warnings:
        first = f"- {each.code:<{width}}  "
        told = f"{each.late_from}; {each.note}"
        short = len(first) + len(told) <= WIDTH
        yield from [first + told] if short else [first.rstrip(), *_wrapped(told, "  ")]


def _bridge(lines: Sequence[BridgeLine]) -> Iterator[str]:
    labels = [each.label if each.is_total else f"  {each.label}" for each in lines]
    width = max(map(len, labels), default=0)
    value = max((len(each.shown) for each in lines), default=0)
    for label, each in zip(labels, lines, strict=True):
        yield f"{label:<{width}}  {each.shown:>{value}}"


def _links(links: Sequence[LinkText]) -> Iterator[str]:
    for each in links:
        yield f"{each.label}: {each.address}"
