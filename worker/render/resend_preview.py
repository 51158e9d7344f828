"""What a request to send dossiers again would come to: for programs, and in words."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from worker.core.resend.preview import Preview, UnitPreview
from worker.core.resend.selection import Candidate, LeftOut, Obstacle
from worker.i18n import text
from worker.i18n.numbers import instant, number
from worker.render.explanation_unit import difference
from worker.render.resends import figures_item, late_text, standing_item
from worker.render.tables import plain_table

Item = dict[str, Any]


def preview_item(preview: Preview) -> Item:
    """What ``resend preview --json`` prints."""
    return {
        "enabled": preview.enabled,
        "by_hand": preview.by_hand,
        "may_go_now": preview.allowance.left,
        "next_at": preview.allowance.next_at,
        "total": len(preview.units),
        "items": [_unit_item(each) for each in preview.units],
        "left_out": [_left_out_item(each) for each in preview.left_out],
    }


def _unit_item(each: UnitPreview) -> Item:
    return {
        "unit": each.unit,
        "name": each.name,
        "before": figures_item(each.before),
        "if_all": standing_item(each.if_all),
        "dossiers": [_candidate_item(one) for one in each.chosen],
    }


def _candidate_item(each: Candidate) -> Item:
    return {
        "dossier": each.code,
        "external_id": each.external_id,
        "cause": each.cause.value,
        "contribution": each.contribution,
        "is_known": each.is_known,
        "fields": dict(each.shows),
        "opened_at": each.opened_at,
    }


def _left_out_item(each: LeftOut) -> Item:
    return {
        "dossier": each.code,
        "unit": each.unit,
        "cause": each.cause and each.cause.value,
        "obstacle": each.obstacle.value,
        "why": obstacle_text(each),
    }


def obstacle_text(each: LeftOut) -> str:
    """Why a dossier is not asked for, in words."""
    return text(f"resend.obstacle.{each.obstacle.value}", request=each.request or "")


def preview_told(preview: Preview, limit: int | None) -> list[RenderableType]:
    """Unit by unit what would be asked for, then what would not, and why."""
    parts: list[RenderableType] = [] if preview.enabled else [text("resend.off"), ""]
    for each in preview.units:
        parts += [*_unit(each, limit), ""]
    if not preview.units:
        parts += [text("resend.nothing_chosen"), ""]
    parts += _left_out(preview.left_out, limit)
    if preview.units:
        parts += _how(preview)
    return parts


def _unit(each: UnitPreview, limit: int | None) -> Iterator[RenderableType]:
    count = number(len(each.chosen))
    yield Text(text("resend.unit_line", name=each.name, code=each.unit, count=count), style="bold")
    before, after = late_text(each.before.standing), late_text(each.if_all)
    yield text("resend.before_after", before=before, after=after)
    names = ("dossier", "cause", "sides")
    table = plain_table("", [text(f"resend.column.{name}") for name in names])
    table.title = None
    for one in each.chosen[:limit]:
        table.add_row(
            Text(one.code),
            Text(text(f"causes.label.{one.cause.value}")),
            Text(difference({"fields": one.shows, "flags": one.flags})),
        )
    yield table
    if limit is not None and len(each.chosen) > limit:
        left = number(len(each.chosen) - limit)
        yield text("resend.more", count=left, limit=len(each.chosen))


def _left_out(left_out: Sequence[LeftOut], limit: int | None) -> Iterator[RenderableType]:
    if not left_out:
        return
    names = ("dossier", "cause", "why")
    title = text("resend.left_out_title", count=number(len(left_out)))
    table = plain_table(title, [text(f"resend.column.{name}") for name in names])
    for each in sorted(left_out, key=lambda each: list(Obstacle).index(each.obstacle))[:limit]:
        cause = text(f"causes.label.{each.cause.value}") if each.cause else ""
        table.add_row(Text(each.code), Text(cause), Text(obstacle_text(each)))
    yield table
    if limit is not None and len(left_out) > limit:
        left = number(len(left_out) - limit)
        yield text("resend.more", count=left, limit=len(left_out))
    yield ""


def _how(preview: Preview) -> Iterator[RenderableType]:
    yield text("resend.by_hand" if preview.by_hand else "resend.by_call")
    if preview.allowance.next_at is not None:
        yield text("resend.limit_reached", at=instant(preview.allowance.next_at))
    elif not preview.by_hand:
        yield text("resend.limit_left", left=number(preview.allowance.left))
    if preview.enabled:
        yield text("resend.ask_next", unit=preview.units[0].unit)
