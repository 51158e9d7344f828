"""Letters: what a notice says of its unit, and the mail it becomes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256

from sqlmodel import Session

from models.reconciliation import Reconciliation
from models.source import Source, SyncRun
from models.types import IncidentKind, IncidentState, MailReason, Period
from worker.bootstrap import Services, mail_links
from worker.core.alerts.incidents import IncidentView
from worker.core.alerts.letter import (
    Letter,
    LetterIncident,
    LetterResent,
    LetterWarning,
    SourceFault,
)
from worker.core.alerts.notices import Notice
from worker.core.alerts.signals import WHOLE
from worker.core.resend.effect import together
from worker.core.times import VIETNAM, month_of
from worker.db import letter_parts, resend_effects
from worker.db.early_warnings import EarlyWarning
from worker.db.posting import Draft, Occasion
from worker.render.mail import MailParts, message, render_mail

_NOBODY = "doisoat@localhost"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Writes the mails of one evaluation (the run that makes it), of one occasion."""

    services: Services
    session: Session
    occasion: Occasion
    run: int
    source_ids: Sequence[int]
    heirs: Mapping[str, str]

    @property
    def row(self) -> Reconciliation | None:
        """The reconciliation it goes by."""
        return self.occasion.row

    @property
    def now(self) -> datetime:
        """When the mails are written."""
        return self.occasion.now

    @cached_property
    def ledger(self) -> letter_parts.Ledger | None:
        """The figures of the reconciliation."""
        if self.row is None:
            return None
        return letter_parts.ledger(self.session, self.row, self.heirs)

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The units' names by their codes."""
        return {unit.code: unit.name for unit in self.services.directory.units}

    def write(self) -> list[Draft]:
        """One mail for each notice."""
        return [self._draft(notice) for notice in self.occasion.notices]

    def _draft(self, notice: Notice) -> Draft:
        sender = sender_of(self.services)
        message_id = message_id_of(sender, f"{self.run}/{notice.unit}/{notice.reason.value}")
        thread = thread_of(self.services, notice.unit, self.now)
        parts = render_mail(self.letter(notice))
        content = message(
            parts,
            sender=sender,
            to=notice.to,
            message_id=message_id,
            thread=thread,
            at=self.now,
        )
        return Draft(
            unit=notice.unit,
            to=notice.to,
            subject=parts.subject,
            message_id=message_id,
            thread=thread,
            incidents=[view.id for view in notice.incidents if view.id is not None],
            reason=notice.reason,
            content=content,
        )

    def letter(self, notice: Notice) -> Letter:
        """All that the mail says."""
        row, ledger, unit = self.row, self.ledger, notice.unit
        settings = self.services.settings
        listed = (
            letter_parts.Listed((), 0)
            if row is None
            else letter_parts.dossiers(self.session, row, unit, self.names)
        )
        period = month_of(self.now) if row is None else Period(row.period_from, row.period_to)
        return Letter(
            language=settings.language,
            reason=notice.reason,
            province=settings.province.name,
            unit_code=unit,
            unit=self.names.get(unit, unit) if unit else settings.province.name,
            period=period,
            as_of=self.now if row is None else row.as_of,
            written_at=self.now,
            incidents=tuple(map(self._incident, notice.incidents)),
            figures=ledger.figures(unit, _previous(notice)) if ledger else None,
            steps=ledger.bridge(unit) if ledger else (),
            dossiers=listed.dossiers,
            left_out=listed.left_out,
            warnings=tuple(map(self._warning, self.occasion.warned.get(unit, ()))),
            ages=letter_parts.ages(self.session, self.source_ids),
            faults=tuple(map(self._fault, _down(notice.incidents))),
            quarantined=letter_parts.quarantined(self.session),
            complete=row is not None and row.complete,
            resent=self._resent(notice),
            contact=settings.alerts.from_,
            links=mail_links(settings, unit, _open(notice.incidents), self.now),
        )

    def _resent(self, notice: Notice) -> LetterResent | None:
        """What was sent again while what is over now went on."""
        since = [view.opened_at for view in notice.incidents if view.resolved_at is not None]
        if not since:
            return None
        units = [notice.unit] if notice.unit else None
        until = self.now + timedelta(seconds=1)
        done = together(resend_effects.done_between(self.session, min(since), until, units))
        if not done.sent:
            return None
        return LetterResent(
            sent=done.sent,
            closed=done.closed,
            left=done.unchanged + done.worse,
            late_before=done.before.late if done.before else None,
            late_after=done.after.late if done.after else None,
        )

    def _incident(self, view: IncidentView) -> LetterIncident:
        source = self.session.get_one(Source, view.source_id).name if view.source_id else None
        return LetterIncident(
            kind=view.kind,
            opened_at=view.opened_at,
            value=view.value,
            told=view.notified_value,
            source=source,
            resolved_at=view.resolved_at,
            level=view.level,
        )

    def _fault(self, view: IncidentView) -> SourceFault:
        source = self.session.get_one(Source, view.source_id)
        run = self.session.get(SyncRun, int(view.value["run"]))
        values = (run.error or {}).get("values", {}) if run else {}
        return SourceFault(
            source=source.name,
            side=source.side,
            since=view.seen_at,
            fault=str(values.get("detail", "")),
        )

    def _warning(self, each: EarlyWarning) -> LetterWarning:
        return LetterWarning(
            code=each.code,
            unit=self.names.get(each.unit, each.unit),
            status=each.status,
            due_at=each.due_at,
            late_from=each.late_from,
            procedure=each.procedure,
        )


def _down(views: Sequence[IncidentView]) -> list[IncidentView]:
    down = IncidentKind.SOURCE_DOWN
    return [view for view in views if view.kind is down and view.state is IncidentState.OPEN]


def _open(views: Sequence[IncidentView]) -> list[int]:
    """The incidents that can still be answered."""
    return [view.id for view in views if view.id and view.state is IncidentState.OPEN]


def _previous(notice: Notice) -> int | None:
    """The unit's difference in the last mail about it."""
    for view in notice.incidents:
        if view.kind is IncidentKind.LATE_DIFFERENCE and view.notified_value is not None:
            told = view.notified_value
            return int(told["late_portal"] - told["late_province"])
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """To whom a mail about the whole province goes, when and why.

    ``occasion`` names what it is about: a mail of the same occasion goes out once.
    """

    to: Sequence[str]
    at: datetime
    reason: MailReason
    occasion: str


def draft_of(services: Services, parts: MailParts, address: Address) -> Draft:
    """A mail about the whole province, as it lies in the outbox."""
    sender, thread = sender_of(services), thread_of(services, WHOLE, address.at)
    message_id = message_id_of(sender, address.occasion)
    to, at = address.to, address.at
    content = message(parts, sender=sender, to=to, message_id=message_id, thread=thread, at=at)
    return Draft(
        unit=WHOLE,
        to=to,
        subject=parts.subject,
        message_id=message_id,
        thread=thread,
        incidents=(),
        reason=address.reason,
        content=content,
    )


def sender_of(services: Services) -> str:
    """The address that mails come from."""
    return services.settings.alerts.from_ or _NOBODY


def message_id_of(sender: str, occasion: str) -> str:
    """The Message-ID of the one mail about an occasion: written once more it is the same."""
    return f"<{sha256(occasion.encode()).hexdigest()[:32]}@{sender.rpartition('@')[2]}>"


def thread_of(services: Services, unit: str, at: datetime) -> str:
    """The thread of a unit's mails of the local month of ``at``."""
    month = at.astimezone(VIETNAM)
    domain = sender_of(services).rpartition("@")[2]
    return f"<{unit or 'toan-tinh'}.{month:%Y-%m}.doi-soat@{domain}>"
