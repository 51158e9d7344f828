"""Line-ministry software against the portal and the province: one short table a pair."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from worker.i18n import text
from worker.i18n.numbers import number, signed
from worker.render.reconciliation import causes_of, total_bridge
from worker.render.tables import Packed, plain_table

_PLACES = ("home", "other")
_COUNTS = ("late_home", "late_home_by_other_rule", "late_other")


def pairs_tables(pairs: Sequence[Mapping[str, Any]]) -> list[RenderableType]:
    """A table and its notes for each pair, from the ``pairs`` of ``reconcile --json``.

    The table has the units that differ; those that agree are counted below it.
    """
    return [piece for pair in pairs for piece in _pair(pair)]


def _pair(pair: Mapping[str, Any]) -> list[RenderableType]:
    sides = {place: text(f"states.side_short.{pair[place]['side']}") for place in _PLACES}
    told = [unit for unit in pair["units"] if unit["counted_home"] or unit["counted_other"]]
    title = text(
        "cli.pair.title",
        home=pair["home"]["source"],
        home_side=sides["home"],
        other=pair["other"]["source"],
        other_side=sides["other"],
    )
    if not told:
        return ["", Text(title, style="bold"), text("cli.pair.none")]
    return ["", _table(pair, told, title, sides), "", *_notes(pair, told)]


def _notes(pair: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> list[str]:
    agreeing = sum(not unit["bridge"] for unit in told)
    scope = "own" if pair["other"]["side"] == "portal" else "only_both"
    complete = "complete" if pair["complete"] else "incomplete"
    notes = [text("cli.pair.agreeing", count=number(agreeing))] if agreeing else []
    notes += [text(f"cli.pair.{scope}"), text(f"cli.reconcile.{complete}")]
    presumed = pair["totals"]["presumed"]
    return [*notes, text("cli.pair.presumed", count=number(presumed))] if presumed else notes


def _table(
    pair: Mapping[str, Any],
    told: Sequence[Mapping[str, Any]],
    title: str,
    sides: Mapping[str, str],
) -> RenderableType:
    headings = [
        text("cli.pair.unit"),
        text("cli.pair.late_home", side=sides["home"]),
        text("cli.pair.late_home_by_other_rule"),
        text("cli.pair.late_other", side=sides["other"]),
        text("cli.pair.difference"),
        text("cli.pair.causes"),
    ]
    table = plain_table(title, headings, numbers=range(1, 5))
    differing = [unit for unit in told if unit["bridge"]]
    for unit in sorted(differing, key=lambda each: (-abs(each["difference"]), each["code"])):
        table.add_row(*_row(unit["name"], unit, unit["bridge"]))
    table.add_section()
    table.add_row(*_row(text("cli.pair.total"), pair["totals"], total_bridge(told)), style="bold")
    return table


def _row(
    name: str, figures: Mapping[str, Any], bridge: Sequence[Mapping[str, Any]]
) -> tuple[str, str, str, str, str, Packed]:
    late_home, by_other_rule, late_other = (number(figures[each]) for each in _COUNTS)
    difference = signed(figures["difference"])
    return name, late_home, by_other_rule, late_other, difference, causes_of(bridge)
