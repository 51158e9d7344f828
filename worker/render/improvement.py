"""What it would take to reach a share on time: as items for programs, and in words."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from worker.core.improvement import WHOLE, Deadline, Improvement, Improvements, Standing
from worker.core.resend.effect import Effect
from worker.i18n import text
from worker.i18n.numbers import day, exact, number, percent
from worker.render.reconciliation import no_dossiers_text
from worker.render.resends import effect_item
from worker.render.tables import plain_table

Item = dict[str, Any]
_DIGITS = Decimal("0.0001")


def improvements_report(
    found: Improvements,
    names: Mapping[str, str],
    only: str | None = None,
    sent_again: Mapping[str, Effect] | None = None,
) -> Item:
    """What ``improve --json`` prints: the province and its units, or one unit.

    Shares are decimal text between 0 and 1, cut to four digits so that nothing is made to look
    better than it is; null where no dossier is counted. ``sent_again`` is what re-sends did in the
    period by unit, and of the whole.
    """
    told = sent_again or {}
    whole = _item(WHOLE, text("health.total"), found.units[WHOLE], told.get(WHOLE))
    units = [
        _item(unit, names.get(unit, unit), each, told.get(unit))
        for unit, each in found.units.items()
        if unit != WHOLE and only in (None, unit)
    ]
    return {
        "as_of": found.as_of,
        "period": {"from": found.period.first, "to": found.period.last},
        "complete": found.complete,
        "target": _share(found.units[WHOLE].target),
        "totals": whole,
        "total": len(units),
        "items": sorted(units, key=_worst_first),
    }


def _item(code: str, name: str, each: Improvement, sent_again: Effect | None) -> Item:
    return {
        "code": code,
        "name": name,
        "is_met": each.is_met,
        "is_reached": each.is_reached,
        "now": _standing(each.now),
        "excess": each.now.excess(each.target),
        "after": _standing(each.after),
        "resends": [
            {"dossier": one.code, "cause": one.cause, "opened_at": one.opened_at}
            for one in each.resends
        ],
        "truthful": _standing(each.truthful),
        "revealed": each.revealed,
        "others": {remedy.value: count for remedy, count in each.others.items()},
        "untouched": _standing(each.untouched),
        "deadlines": len(each.deadlines),
        "to_finish": [_deadline(one) for one in each.to_finish],
        "further": each.further,
        "sent_again": sent_again and effect_item(sent_again),
    }


def _standing(standing: Standing) -> Item:
    share = standing.on_time_share
    return {
        "counted": standing.counted,
        "late": standing.late,
        "on_time": None if share is None else _share(share),
    }


def _deadline(each: Deadline) -> Item:
    return {"dossier": each.code, "late_from": each.late_from}


def _share(share: Fraction) -> str:
    return str((Decimal(share.numerator) / share.denominator).quantize(_DIGITS, "ROUND_FLOOR"))


def _worst_first(item: Item) -> tuple[bool, Decimal, str]:
    on_time = item["now"]["on_time"]
    return on_time is None, Decimal(on_time or 0), item["code"]


def units_missing_it(report: Item) -> list[RenderableType]:
    """The province in a few sentences, then every unit below the target, the worst first."""
    missing = [item for item in report["items"] if not item["is_met"]]
    counted = [item for item in report["items"] if item["now"]["counted"]]
    parts: list[RenderableType] = [*_heading(report), *_way(report["totals"], report), ""]
    if not counted:
        return parts[:-1]
    if not missing:
        return [*parts, text("improvement.all_meet", count=number(len(counted)))]
    names = ("unit", "counts", "on_time", "excess", "resends", "after", "to_finish", "left")
    table = plain_table(
        text("improvement.units", count=number(len(missing)), total=number(len(counted))),
        [text(f"improvement.column.{name}") for name in names],
        numbers=range(1, len(names)),
    )
    for item in missing:
        table.add_row(Text(item["name"]), *_figures(item, report["target"]))
    return [*parts, table, "", text("improvement.hint", unit=missing[0]["code"])]


def _figures(item: Item, target: str) -> Sequence[str]:
    now, after = item["now"], item["after"]
    left = 0 if item["is_reached"] else item["excess"] - len(item["resends"])
    return (
        f"{number(now['late'])}/{number(now['counted'])}",
        _on_time(now, target),
        number(item["excess"]),
        number(len(item["resends"])),
        _on_time(after, target),
        number(len(item["to_finish"])),
        number(left),
    )


def of_unit(report: Item, limit: int | None) -> list[RenderableType]:
    """The way of one unit in words, with the dossiers to send again and to finish."""
    if not report["items"]:
        return [*_heading(report), no_dossiers_text(report)]
    (item,) = report["items"]
    return [
        Text(text("explain.unit", name=item["name"], code=item["code"]), style="bold"),
        *_heading(report),
        *_way(item, report),
        *_resends(item["resends"], limit),
        *_to_finish(item["to_finish"], limit),
    ]


def _heading(report: Item) -> Iterator[RenderableType]:
    first, last = (day(report["period"][end]) for end in ("from", "to"))
    yield text("improvement.when", first=first, last=last, as_of=exact(report["as_of"]))
    if not report["complete"]:
        yield text("cli.reconcile.incomplete")
    yield ""


def _way(item: Item, report: Item) -> Iterator[RenderableType]:
    """One sentence a fact: how things stand, what re-sends do, what has to end in time."""
    now, after, target = item["now"], item["after"], report["target"]
    if not now["counted"]:
        yield no_dossiers_text(report)
        return
    yield text(
        "improvement.now_met" if item["is_met"] else "improvement.now_missed",
        **_said(now, target),
        target=_percent(target),
        excess=number(item["excess"]),
    )
    if item["resends"]:
        yield text(
            "improvement.resend",
            count=number(len(item["resends"])),
            before=_late_share(now, target),
            after=_late_share(after, target),
            on_time=_on_time(after, target),
        )
    elif not item["is_met"]:
        yield text("improvement.no_resend")
    yield from _sent_again(item)
    yield from _rest(item, target)


def _sent_again(item: Item) -> Iterator[RenderableType]:
    """What re-sends did so far, and how to ask for those that would help."""
    done = item["sent_again"]
    if done:
        left = done["unchanged"] + done["worse"]
        counts = {"sent": done["sent"], "closed": done["closed"], "left": left}
        yield text("improvement.sent_again", **{name: number(n) for name, n in counts.items()})
    if item["resends"] and item["code"]:
        yield text("improvement.ask_for_it", unit=item["code"])


def _rest(item: Item, target: str) -> Iterator[RenderableType]:
    if not item["is_reached"]:
        further = item["further"]
        key = "improvement.out_of_reach" if further is None else "improvement.further"
        yield text(key, count=number(further or 0), target=_percent(target))
    for remedy, count in item["others"].items():
        yield text(f"improvement.other.{remedy}", count=number(count))
    if item["revealed"]:
        truthful = _on_time(item["truthful"], target)
        yield text("improvement.revealed", count=number(item["revealed"]), on_time=truthful)
    if item["deadlines"]:
        yield text(
            "improvement.deadlines",
            count=number(item["deadlines"]),
            on_time=_on_time(item["untouched"], target),
            finish=number(len(item["to_finish"])),
        )


def _resends(items: Sequence[Item], limit: int | None) -> Iterator[RenderableType]:
    if not items:
        return
    names = ("dossier", "cause", "opened_at")
    title = text("improvement.resends", count=number(len(items)))
    table = _untitled([text(f"improvement.column.{name}") for name in names])
    for each in items[:limit]:
        table.add_row(
            Text(each["dossier"]),
            Text(text(f"causes.label.{each['cause']}")),
            exact(each["opened_at"]),
        )
    yield from ("", Text(title, style="bold"), table)
    yield from _more(items, limit)


def _to_finish(items: Sequence[Item], limit: int | None) -> Iterator[RenderableType]:
    if not items:
        return
    title = text("improvement.to_finish", count=number(len(items)))
    table = _untitled([text(f"improvement.column.{name}") for name in ("dossier", "late_from")])
    for each in items[:limit]:
        table.add_row(Text(each["dossier"]), exact(each["late_from"]))
    yield from ("", Text(title, style="bold"), table)
    yield from _more(items, limit)


def _untitled(headings: Sequence[str]) -> Table:
    """A table narrower than its title, which would break over two lines above it."""
    table = plain_table("", headings)
    table.title = None
    return table


def _more(items: Sequence[Item], limit: int | None) -> Iterator[RenderableType]:
    left = 0 if limit is None else len(items) - limit
    if left > 0:
        yield text("explain.more_dossiers", count=number(left), limit=number(len(items)))


def _said(standing: Item, target: str) -> dict[str, str]:
    return {
        "late": number(standing["late"]),
        "counted": number(standing["counted"]),
        "on_time": _on_time(standing, target),
    }


def _percent(share: str) -> str:
    return percent(Decimal(share))


def _on_time(standing: Item, target: str) -> str:
    if not standing["counted"]:
        return text("cli.published.no_dossiers")
    return percent(_shown(standing, target))


def _late_share(standing: Item, target: str) -> str:
    return percent(1 - _shown(standing, target))


def _shown(standing: Item, target: str) -> Decimal:
    """The share on time rounded as on every page, but never up to a target that is not reached."""
    share: Decimal = 1 - Decimal(standing["late"]) / standing["counted"]
    rounded = share.quantize(_DIGITS)
    if share < Decimal(target) <= rounded:
        return share.quantize(_DIGITS, "ROUND_FLOOR")
    return rounded
