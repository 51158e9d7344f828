"""The portal's public figures: as items of a list, and as tables with our own sync rate beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from models.figure import PublishedFigure
from worker.i18n import has_text, text
from worker.i18n.catalogue import catalogue, language
from worker.i18n.numbers import decimal, instant, month, number, percent
from worker.render.tables import plain_table

Item = dict[str, Any]

SYNC = "DOSSIER_SYNC"
_DAYS = "AVERAGE_DAYS"
_RANK = "RANK"
_LEGACY = "legacy"
# Metrics whose whole is not dossiers but petitions, decisions, services.
_OF_OTHER_THINGS = ("PETITION_", "PUBLI", "PROCEDURES_", "SERVICES_", "ELECTRONIC_CERTIFIED")


@dataclass(frozen=True, slots=True)
class Provincial:
    """The province's own code, and every unit's name by its code."""

    code: str
    names: Mapping[str, str]


def figure_item(
    figure: PublishedFigure, source: str, province: Provincial, own: Item | None
) -> Item:
    """A figure as ``published --json`` shows it.

    ``own`` is our own count (``received``, ``on_portal``, ``as_of``), told with DOSSIER_SYNC alone.
    The province as a whole stands under its own code. Ratios and scores are decimal text exactly
    as shown; null is "nothing shown", which is not nought.
    """
    unit = figure.unit or province.code
    item: Item = {
        "source": source,
        "generation": figure.generation,
        "period": {"from": figure.period_from, "to": figure.period_to},
        "unit": unit,
        "name": province.names.get(unit, unit),
        "group": figure.group,
        "metric": figure.metric,
        "procedure": figure.procedure,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "ratio": figure.ratio,
        "score": figure.score,
        "max_score": figure.max_score,
        "quality": figure.quality,
        "observed_at": figure.observed_at,
    }
    if figure.metric == SYNC and not figure.procedure:
        item["own"] = own
    return item


def in_reading_order(items: Sequence[Item], province: str) -> list[Item]:
    """DOSSIER_SYNC first; then unit by unit, the province before all, as the catalogue lists."""
    groups = _places("group.")
    metrics = _places("metric.")
    return sorted(
        items,
        key=lambda item: (
            item["metric"] != SYNC,
            item["unit"] != province,
            item["unit"],
            groups.get(item["group"], -1),
            metrics.get(item["metric"], len(metrics)),
            item["metric"],
            item["procedure"],
            item["generation"] == _LEGACY,
        ),
    )


def _places(prefix: str) -> dict[str, int]:
    """Where a name stands among the texts of its kind."""
    names = (key for key in catalogue(language(), "figures") if key.startswith(prefix))
    return {key.removeprefix(prefix): place for place, key in enumerate(names)}


def sync_table(items: Sequence[Item], period: date) -> list[RenderableType]:
    """The portal's sync rate of each unit beside our own."""
    if not items:
        return []
    names = ("unit", "portal_counts", "portal_rate", "own_counts", "own_rate", "note")
    headings = [text(f"cli.published.{name}") for name in names]
    title = text("cli.published.sync_title", period=month(period))
    table = plain_table(title, headings, numbers=range(1, 5))
    for item in items:
        own = item["own"]
        table.add_row(
            Text(item["name"]),
            _counts(item),
            _ratio(item),
            _of(own["on_portal"], own["received"]) if own else text("cli.published.unknown"),
            _rate(own["on_portal"], own["received"]) if own else "",
            _note(item, items),
        )
    return [table, "", *_own_note(items)]


def _own_note(items: Sequence[Item]) -> list[RenderableType]:
    measured = [item["own"]["as_of"] for item in items if item["own"]]
    if not measured:
        return [text("cli.published.own_missing"), ""]
    return [text("cli.published.own_as_of", instant=instant(max(measured))), ""]


def figures_table(items: Sequence[Item], period: date) -> list[RenderableType]:
    """Figures metric by metric; the unit or group that all of them share stands in the title."""
    if not items:
        return []
    shown = {
        "unit": [item["name"] for item in items],
        "group": [_label("group", item["group"] or "TOTAL") for item in items],
    }
    parted = {name: labels for name, labels in shown.items() if len(set(labels)) > 1}
    shared = [labels[0] for name, labels in shown.items() if name not in parted]
    headings = [*parted, "metric", "counts", "ratio", "score", "note"]
    first = len(parted) + 1
    table = plain_table(
        text("cli.published.title", period=month(period), what=" · ".join(["", *shared])),
        [text(f"cli.published.{name}") for name in headings],
        numbers=range(first, first + 3),
    )
    columns = [_once(labels) for labels in parted.values()]
    for place, item in enumerate(items):
        table.add_row(*(Text(column[place]) for column in columns), *_row(item, items))
    return [table, ""]


def _once(labels: Sequence[str]) -> list[str]:
    """Each label where it is new, and nothing below it for as long as it stays the same."""
    before = ["", *labels[:-1]]
    return ["" if label == last else label for label, last in zip(labels, before, strict=True)]


def observed(items: Sequence[Item]) -> str:
    """When the figures were seen, and by which interface."""
    seen = [item["observed_at"] for item in items]
    generations = sorted({item["generation"] for item in items}, reverse=True)
    interfaces = ", ".join(text(f"figures.generation.{each}") for each in generations)
    if min(seen) == max(seen):
        return text("cli.published.seen", instant=instant(seen[0]), interfaces=interfaces)
    return text(
        "cli.published.seen_between",
        first=instant(min(seen)),
        last=instant(max(seen)),
        interfaces=interfaces,
    )


def _row(item: Item, items: Sequence[Item]) -> list[RenderableType]:
    return [
        Text(_metric(item)),
        _counts(item),
        _ratio(item),
        _score(item),
        _note(item, items),
    ]


def _label(kind: str, code: str) -> str:
    """A code in words, and itself where nobody has found any."""
    key = f"figures.{kind}.{code}"
    return text(key) if has_text(key) else code


def _metric(item: Item) -> str:
    label = _label("metric", item["metric"])
    return f"{label} · {item['procedure']}" if item["procedure"] else label


def _counts(item: Item) -> str:
    part, whole = item["numerator"], item["denominator"]
    if whole == 0:
        other = item["metric"].startswith(_OF_OTHER_THINGS)
        return text("cli.published.none_arose" if other else "cli.published.no_dossiers")
    if part is None and whole is None:
        shown = item["ratio"] is not None or item["score"] is not None
        return "" if shown else text("cli.published.no_figure")
    if item["metric"] == _RANK and part is not None:
        return number(part)
    return _of(part, whole)


def _of(part: int | None, whole: int | None) -> str:
    counted = text("cli.published.unknown") if part is None else number(part)
    return counted if whole is None else f"{counted}/{number(whole)}"


def _rate(part: int, whole: int) -> str:
    return percent(part / whole) if whole else text("cli.published.no_dossiers")


def _ratio(item: Item) -> str:
    if item["ratio"] is None:
        return ""
    key = "cli.published.days" if item["metric"] == _DAYS else "cli.published.percent"
    return text(key, value=decimal(item["ratio"]))


def _score(item: Item) -> str:
    if item["score"] is None:
        return ""
    most = item["max_score"]
    score = decimal(item["score"])
    return score if most is None else f"{score}/{decimal(most)}"


def _note(item: Item, items: Sequence[Item]) -> Text:
    """The source's own flag; the older interface and the instant where the items differ in it."""
    notes = [_label("quality", item["quality"])] if item["quality"] else []
    if item["generation"] == _LEGACY and any(each["generation"] != _LEGACY for each in items):
        notes.append(text("figures.generation.legacy"))
    if len({each["observed_at"] for each in items}) > 1:
        notes.append(text("cli.published.seen_at", instant=instant(item["observed_at"])))
    return Text("; ".join(notes))
