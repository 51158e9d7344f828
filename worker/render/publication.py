"""Components 1.1 to 1.3 of index 766: their rates, the procedures at fault, and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from models.types import Period
from worker.core.indicators import Rate
from worker.core.publication import PROVINCE, JudgedDecision, Publication, Timing
from worker.i18n import text
from worker.i18n.numbers import day, instant, number, percent
from worker.render.tables import plain_table

Item = Mapping[str, Any]

_RATES = ("code", "rate", "share", "met", "of", "untold")
_FAULTS = ("procedure", "name", "announced", "made_public", "missing")
_NUMBERS = (2, 3, 4, 5)
_DUTIES = {"announced": ("decided_on", "announce_by"), "made_public": ("public_on", "public_by")}


def publication_item(told: Publication) -> dict[str, Any]:
    """How a procedure is published, as ``procedures --json`` shows it."""
    return {
        "announced": told.announced,
        "made_public": told.made_public,
        "missing": None if told.missing is None else [part.name for part in told.missing],
        "decisions": [_decision_item(each) for each in told.decisions],
    }


def rates_item(rates: Mapping[str, Rate]) -> dict[str, Any]:
    """The rates by code; ``percent`` in points of a hundred as decimal text, None for no rate."""
    return {
        code: {
            "numerator": rate.numerator,
            "denominator": rate.denominator,
            "untold": rate.untold,
            "percent": None if rate.percent is None else f"{rate.percent:.2f}",
        }
        for code, rate in rates.items()
    }


def publication_table(report: Item, limit: int | None) -> list[RenderableType]:
    """The rates, the procedures that are late or incomplete, and what to do about either.

    Args:
        report: What ``procedures --json`` prints, with all of its items.
        limit: How many procedures at fault to show at most; None for all.
    """
    if not report["items"]:
        return []
    at_fault = [item for item in report["items"] if _is_at_fault(item["publication"])]
    parts: list[RenderableType] = [_rates(report), ""]
    if at_fault:
        parts += [_faults(at_fault[:limit]), ""]
        if len(at_fault) > len(at_fault[:limit]):
            parts += [text("announcing.more", count=number(len(at_fault))), ""]
    return [*parts, *_advice(report, at_fault), ""]


def _decision_item(told: JudgedDecision) -> dict[str, Any]:
    decision = told.decision
    return {
        "number": decision.number,
        "decided_on": decision.decided_on,
        "effective_on": decision.effective_on,
        "announce_by": told.announce_by,
        "announced": told.announced,
        "public_on": decision.public_on,
        "public_by": told.public_by,
        "made_public": told.made_public,
    }


def _is_at_fault(publication: Item) -> bool:
    return bool(publication["missing"]) or any(publication[duty] is Timing.LATE for duty in _DUTIES)


def _rates(report: Item) -> RenderableType:
    period = report["period"]
    span = Period(period["from"], period["to"])
    title = text(
        "announcing.title",
        first=day(span.first),
        last=day(span.last),
        as_of=instant(report["as_of"]),
    )
    headings = [text(f"announcing.column.{name}") for name in _RATES]
    table = plain_table(title, headings, _NUMBERS)
    for code, rate in report["rates"].items():
        table.add_row(*map(Text, _rate_cells(code, rate)))
    return table


def _rate_cells(code: str, rate: Item) -> list[str]:
    told = Rate(rate["numerator"], rate["denominator"], rate["untold"]).percent
    return [
        code,
        text(f"announcing.rate.{code.replace('.', '_')}"),
        text("announcing.no_rate") if told is None else percent(told / 100),
        number(rate["numerator"]),
        number(rate["denominator"]),
        number(rate["untold"]),
    ]


def _faults(items: Sequence[Item]) -> RenderableType:
    headings = [text(f"announcing.column.{name}") for name in _FAULTS]
    table = plain_table(text("announcing.at_fault"), headings)
    for item in items:
        published = item["publication"]
        cells = [item["code"], item["name"], *(_duty(published, duty) for duty in _DUTIES)]
        table.add_row(*map(Text, [*cells, _missing(published["missing"])]))
    return table


def _duty(publication: Item, duty: str) -> str:
    """How a duty stands; the late decisions with their days, else one word."""
    state = publication[duty]
    if state is None:
        return text("announcing.no_decision")
    if state is not Timing.LATE:
        return text(f"announcing.timing.{state}")
    late = [each for each in publication["decisions"] if each[duty] is Timing.LATE]
    return "; ".join(_late(each, *_DUTIES[duty]) for each in late)


def _late(decision: Item, done: str, until: str) -> str:
    when = day(decision[done]) if decision[done] else text("announcing.not_yet")
    return text("announcing.late", number=decision["number"], done=when, until=day(decision[until]))


def _missing(parts: Sequence[str] | None) -> str:
    if parts is None:
        return text("announcing.timing.untold")
    return ", ".join(text(f"announcing.part.{name}") for name in parts)


def _advice(report: Item, at_fault: Sequence[Item]) -> list[RenderableType]:
    published = [item["publication"] for item in at_fault]
    overdue = [
        each["number"]
        for item in report["items"]
        for each in item["publication"]["decisions"]
        if each["made_public"] is Timing.UNTOLD and each["public_by"]
    ]
    found = []
    if any(each[duty] is Timing.LATE for each in published for duty in _DUTIES):
        days = {"before": PROVINCE.before_effect, "within": PROVINCE.until_public}
        found.append(text("announcing.advice.late", **days))
    if any(each["missing"] for each in published):
        found.append(text("announcing.advice.missing"))
    if overdue:
        numbers = ", ".join(dict.fromkeys(overdue))
        found.append(text("announcing.advice.overdue", numbers=numbers))
    if any(rate["untold"] for rate in report["rates"].values()):
        found.append(text("announcing.advice.untold"))
    return [*found, text("announcing.advice.now")]
