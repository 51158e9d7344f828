"""Requests to send dossiers again: as items for programs, and in words."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from models.resend import ResendItem, ResendRequest
from models.resend_types import ResendState
from worker.core.improvement import Standing
from worker.core.resend.effect import Effect
from worker.core.resend.figures import UnitFigures
from worker.i18n import text
from worker.i18n.numbers import instant, month, number, percent
from worker.render.lists import how_many
from worker.render.tables import plain_table

Item = dict[str, Any]
_COUNTS = ("asked", "sent", "closed", "unchanged", "worse", "unknown", "waiting")


@dataclass(frozen=True, slots=True)
class Told:
    """A request with the name of its unit, its dossiers and what it did."""

    request: ResendRequest
    unit: str
    items: Sequence[ResendItem]
    effect: Effect


def request_item(told: Told) -> Item:
    """A request as ``resend list --json`` shows it."""
    row = told.request
    return {
        "id": row.id,
        "unit": row.unit,
        "name": told.unit,
        "state": row.state.value,
        "by_hand": row.by_hand,
        "chosen_by": dict(row.chosen_by),
        "asked_by": row.asked_by,
        "asked_at": row.asked_at,
        "reason": row.reason,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "decision": row.decision,
        "stopped_by": row.stopped_by,
        "stopped_at": row.stopped_at,
        "sent_at": row.sent_at,
        "send_at": row.send_at,
        "look_at": row.look_at,
        "ended_at": row.ended_at,
        **effect_item(told.effect),
    }


def effect_item(effect: Effect) -> Item:
    """What was done, as programs read it."""
    counts: Item = {name: getattr(effect, name) for name in _COUNTS}
    return counts | {"before": standing_item(effect.before), "after": standing_item(effect.after)}


def standing_item(standing: Standing | None) -> Item | None:
    """A unit's late dossiers among those counted on the portal."""
    return {"counted": standing.counted, "late": standing.late} if standing else None


def dossier_item(row: ResendItem) -> Item:
    """A dossier of a request as ``resend show --json`` shows it."""
    return {
        "dossier": row.code,
        "external_id": row.external_id,
        "cause": row.cause.value,
        "contribution": row.contribution,
        "status": row.status.value,
        "is_known": row.is_known,
        "fields": dict(row.shows),
        "sent_at": row.sent_at,
        "answer": row.answer and row.answer.value,
        "words": row.words,
        "looked_at": row.looked_at,
        "result": row.result and row.result.value,
        "why": row.ground and text(f"resend.ground.{row.ground.value}"),
        "ground": row.ground and row.ground.value,
        "is_open": row.is_open,
    }


def requests_table(
    told: Sequence[Told], total: int, *, only_open: bool = False
) -> list[RenderableType]:
    """Requests, the newest first; ``only_open``: there may be others, and how to see them."""
    others = [text("resend.others")] if only_open else []
    if not told:
        return [text("resend.none_open" if only_open else "resend.none"), *others]
    names = ("id", "unit", "state", "asked_at", "asked", "sent", "closed", "left")
    headings = [text(f"resend.column.{name}") for name in (*names, "before", "after")]
    table = plain_table(text("resend.title"), headings, numbers=[0, 4, 5, 6, 7, 8, 9])
    for each in told:
        row, effect = each.request, each.effect
        table.add_row(
            str(row.id),
            Text(each.unit),
            text(f"resend.state.{row.state.value}"),
            instant(row.asked_at),
            *_figures(effect),
        )
    hint = text("resend.hint", id=told[0].request.id or 0)
    return [table, "", how_many("resend.total", len(told), total), *others, hint]


def months_table(months: Mapping[date, Effect]) -> list[RenderableType]:
    """What re-sends did by month, the latest first."""
    if not months:
        return [text("resend.none")]
    names = ("month", "asked", "sent", "closed", "left", "before", "after")
    headings = [text(f"resend.column.{name}") for name in names]
    table = plain_table(text("resend.months_title"), headings, numbers=range(1, len(names)))
    for first, effect in months.items():
        table.add_row(month(first), *_figures(effect))
    return [table]


def _figures(effect: Effect) -> tuple[str, ...]:
    """Asked, sent, closed, left; late before and after."""
    left = effect.unchanged + effect.worse
    counts = (effect.asked, effect.sent, effect.closed, left)
    return (*map(number, counts), *(_late(each) for each in (effect.before, effect.after)))


def _late(standing: Standing | None) -> str:
    return "–" if standing is None else f"{number(standing.late)}/{number(standing.counted)}"


def late_text(standing: Standing | None) -> str:
    """A unit's late dossiers, and their share."""
    if standing is None:
        return text("resend.never")
    share = standing.on_time_share
    if share is None:
        return text("resend.nothing_counted")
    late = 1 - share
    return text(
        "resend.late_now",
        late=number(standing.late),
        counted=number(standing.counted),
        share=percent(Decimal(late.numerator) / late.denominator),
    )


def request_told(told: Told, limit: int | None) -> list[RenderableType]:
    """One request: who asked and decided, what it did, dossier by dossier."""
    row, effect = told.request, told.effect
    counts = {name: number(getattr(effect, name)) for name in _COUNTS}
    after = effect.after
    return [
        Text(
            text("resend.unit_line", name=told.unit, code=row.unit, count=number(effect.asked)),
            style="bold",
        ),
        text("resend.state_line", state=text(f"resend.state.{row.state.value}")),
        *_people(row),
        text("resend.by_hand" if row.by_hand else "resend.by_call"),
        text("resend.effect_line", **counts),
        text("resend.measured", before=late_text(effect.before), after=late_text(after)),
        *_held(row, counts),
        *([text("resend.again_at", at=instant(row.send_at))] if row.send_at else []),
        "",
        *_dossiers(told.items, limit),
    ]


def _held(row: ResendRequest, counts: Mapping[str, str]) -> Iterator[str]:
    if row.state is ResendState.HELD:
        yield text("resend.held_line", worse=counts["worse"], closed=counts["closed"])
        yield text("resend.held_next", id=row.id or 0)


def _people(row: ResendRequest) -> Iterator[str]:
    asked_at = instant(row.asked_at)
    yield text("resend.asked_line", by=row.asked_by, at=asked_at, reason=row.reason)
    if row.decided_by and row.decided_at:
        refused = row.state.value == "rejected"
        key = "resend.rejected_line" if refused else "resend.approved_line"
        words = row.decision or ""
        yield text(key, by=row.decided_by, at=instant(row.decided_at), words=words).strip()
    if row.stopped_at:
        yield text("resend.stopped_line", by=row.stopped_by or "", at=instant(row.stopped_at))


def _dossiers(items: Sequence[ResendItem], limit: int | None) -> Iterator[RenderableType]:
    names = ("dossier", "cause", "answer", "result", "why")
    table = plain_table("", [text(f"resend.column.{name}") for name in names])
    table.title = None
    for row in items[:limit]:
        table.add_row(
            Text(row.code),
            Text(text(f"causes.label.{row.cause.value}")),
            Text(_answer(row)),
            text(f"resend.result.{row.result.value}") if row.result else "",
            Text(text(f"resend.likely.{row.ground.value}") if row.ground else ""),
        )
    yield table
    if limit is not None and len(items) > limit:
        yield text("resend.more", count=number(len(items) - limit), limit=len(items))
    yield from _grounds(items)


def _grounds(items: Sequence[ResendItem]) -> Iterator[str]:
    """What to do about those that still differ, the commonest reason first."""
    grounds = Counter(row.ground for row in items if row.ground is not None)
    for ground, count in grounds.most_common():
        likely = text(f"resend.likely.{ground.value}")
        advice = text(f"resend.ground.{ground.value}")
        yield text(
            "resend.grounds",
            ground=likely[:1].upper() + likely[1:],
            count=number(count),
            advice=advice,
        )


def _answer(row: ResendItem) -> str:
    if row.answer is None:
        return ""
    said = text(f"resend.answer.{row.answer.value}")
    return f"{said} ({row.words})" if row.words else said


def figures_item(figures: UnitFigures) -> Item:
    """A unit's figures by one reconciliation, as programs read them."""
    return {"reconciliation": figures.reconciliation, "as_of": figures.as_of} | {
        "counted": figures.standing.counted,
        "late": figures.standing.late,
    }
