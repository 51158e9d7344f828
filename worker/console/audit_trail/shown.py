"""What is shown of the audit trail: to pages, files and programs alike."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from sqlmodel import Session

from models.audit import AuditEntry
from models.roles import Role
from worker.bootstrap import Services
from worker.console.audit_trail.words import actions, subjects
from worker.console.calls import Listing, Moment, Told
from worker.core.access import Who
from worker.core.times import day_start
from worker.db import audit_entries
from worker.db.audit_entries import Search
from worker.db.sources import identity

FILTERS: Final = ("by", "action", "kind", "subject", "from", "to")

_A_DAY = timedelta(days=1)
# Where what an entry speaks of is shown, and the least role that finds it there.
_PAGES: Mapping[str, tuple[str, Role]] = {
    "dossier": ("/dossiers/{}", Role.VIEWER),
    "mail": ("/mails/{}", Role.VIEWER),
    "resend": ("/resends/{}", Role.VIEWER),
    "source": ("/sources/{}", Role.VIEWER),
    "incident": ("/incidents/{}", Role.VIEWER),
    "operator": ("/people/{}", Role.ADMIN),
    "run": ("/runs/{}", Role.VIEWER),
    "unit": ("/units/{}", Role.VIEWER),
}


class AuditEntryTold(Told):
    """Something that somebody did: ``subject`` is what to, such as ``run 12``."""

    id: int
    at: Moment
    by: str
    action: str
    subject: str
    reason: str | None
    detail: Mapping[str, Any]


def trail(services: Services, search: Search, offset: int, limit: int) -> Listing[AuditEntryTold]:
    """A part of what is found, the newest first."""
    with Session(services.engine) as session:
        total = audit_entries.counted(session, search)
        # Looking for more than there is takes the longest of all.
        found = audit_entries.found(session, search, offset, limit) if offset < total else []
        return Listing[AuditEntryTold](total=total, items=[_told(each) for each in found])


def whole_trail(services: Services, search: Search) -> Iterator[AuditEntryTold]:
    """All that is found, the newest first."""
    with Session(services.engine) as session:
        yield from map(_told, audit_entries.each(session, search))


def search_for(asked: Mapping[str, str]) -> Search:
    """What is looked for, as ``FILTERS`` say it; what they say wrongly counts as not said.

    Days are local and both included. Where only a number or a name stands, without its kind, it is
    the subject as it is written.
    """
    kind, name = asked.get("kind"), asked.get("subject")
    known = kind if kind in subjects() else None
    subject = f"{known} {name}" if known and name else name
    action = asked.get("action")
    first, last = _day(asked.get("from")), _day(asked.get("to"))
    return Search(
        by=asked.get("by"),
        action=action if action in actions() else None,
        subject=subject,
        kind=known,
        since=day_start(first) if first else None,
        before=day_start(last + _A_DAY) if last else None,
    )


def link_of(entry: AuditEntryTold, who: Who) -> str | None:
    """Where ``who`` finds what an entry speaks of; None where there is no page of it for them."""
    kind, _, name = entry.subject.partition(" ")
    if kind == "discrepancy" and "dossier" in entry.detail:
        return f"/dossiers?{urlencode({'q': entry.detail['dossier']})}"
    if kind not in _PAGES or not name:
        return None
    path, least = _PAGES[kind]
    return path.format(quote(name, safe="")) if who.may(least) else None


def _told(row: AuditEntry) -> AuditEntryTold:
    return AuditEntryTold(
        id=identity(row.id),
        at=row.at,
        by=row.by,
        action=row.action,
        subject=row.subject,
        reason=row.reason,
        detail={name: value for name, value in row.detail.items() if value not in (None, [], "")},
    )


def _day(said: str | None) -> date | None:
    with suppress(ValueError):
        day = date.fromisoformat(said) if said else None
        return day if day and day < date.max else None
    return None
