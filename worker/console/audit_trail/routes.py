"""``/audit``: the audit trail, found by who, what, to what and when; as a file too."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import get_args

from fastapi import APIRouter, Request
from starlette.responses import Response

from worker.bootstrap import Services
from worker.console.asking import Approves, Joint
from worker.console.audit_trail.shown import (
    FILTERS,
    AuditEntryTold,
    link_of,
    search_for,
    trail,
    whole_trail,
)
from worker.console.audit_trail.words import (
    action_in_words,
    actions,
    detail_in_words,
    subject_in_words,
    subjects,
)
from worker.console.download import Kind, download
from worker.console.listing import Part, part_of
from worker.console.showing import show
from worker.db.audit_entries import Search
from worker.i18n import text
from worker.i18n.order import alphabetical

router = APIRouter(include_in_schema=False)

_COLUMNS = ("at", "by", "action_title", "subject_title", "reason", "detail_title")


@router.get("/audit")
def show_trail(request: Request, who: Approves, services: Joint) -> Response:
    """A part of the trail, the newest first."""
    part = part_of(request, ("at",), filters=FILTERS, is_descending=True)
    found = trail(services, search_for(part.filters), part.offset, part.size)
    return show(
        request,
        who,
        "audit_trail/list",
        part=part,
        total=found.total,
        lines=[
            {
                "entry": each,
                "action": action_in_words(each.action),
                "subject": subject_in_words(each.subject),
                "link": link_of(each, who),
                "details": detail_in_words(each.detail),
            }
            for each in found.items
        ],
        actions=_in_order((action_in_words(each), each) for each in actions()),
        files={kind: _file_of(part, kind) for kind in get_args(Kind)},
        kinds=_in_order((subject_in_words(each), each) for each in subjects()),
    )


def _in_order(named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Words with what they stand for, as a list to choose from."""
    return sorted(named, key=lambda each: alphabetical(each[0]))


@router.get("/audit/export/{kind}")
def export_trail(request: Request, _who: Approves, services: Joint, kind: Kind) -> Response:
    """All that is found, as a file."""
    part = part_of(request, ("at",), filters=FILTERS)
    headings = [text(f"pages.audit.{column}") for column in _COLUMNS]
    return download("audit", headings, _rows(services, search_for(part.filters)), kind)


def _file_of(part: Part, kind: str) -> str:
    return replace(part, path=f"/audit/export/{kind}").link(page=None)


def _rows(services: Services, search: Search) -> Iterator[tuple[object, ...]]:
    return map(_row, whole_trail(services, search))


def _row(entry: AuditEntryTold) -> tuple[object, ...]:
    return (
        entry.at,
        entry.by,
        action_in_words(entry.action),
        subject_in_words(entry.subject),
        entry.reason,
        "; ".join(detail_in_words(entry.detail)),
    )
