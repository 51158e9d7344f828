"""What is shown of incidents; page and API tell the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from models.incident import Incident
from models.types import IncidentKind, IncidentState, IncidentStepKind
from worker.bootstrap import Services
from worker.console.calls import Moment, Told
from worker.core.access import Who
from worker.db import incidents
from worker.db.incidents import Wanted
from worker.db.sources import source_names
from worker.errors import NotFoundError
from worker.i18n import text
from worker.journey.handling import mails_of
from worker.render.incidents import incident_item, says, step_item, step_said, where_text
from worker.render.mails import mail_item

SORTED_BY = ("state", "unit", "kind", "opened_at", "last_seen_at")


class IncidentTold(Told):
    """An incident; ``unit`` is null for the whole province, instants are Vietnam's."""

    id: int
    kind: IncidentKind
    unit: str | None
    source: str | None
    state: IncidentState
    value: Mapping[str, int | float]
    opened_at: Moment
    last_seen_at: Moment
    resolved_at: Moment | None
    reconciliation: int | None
    notified_at: Moment | None
    level: int
    acknowledged_at: Moment | None
    acknowledged_by: str | None
    muted_until: Moment | None
    assigned_to: str | None


class StepTold(Told):
    """A step of its history; ``by`` is null where the program did it."""

    at: Moment
    what: IncidentStepKind
    by: str | None
    text: str | None
    value: Mapping[str, int | float]


class HistoryTold(IncidentTold):
    """An incident with its history, the first step first."""

    steps: Sequence[StepTold]


@dataclass(frozen=True, slots=True)
class Line:
    """An incident in a list: of whom it is, and its numbers in words."""

    told: IncidentTold
    where: str
    says: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a history, and what was said with it."""

    told: StepTold
    said: str


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail that spoke of an incident."""

    id: int
    subject: str
    state: str
    to: Sequence[str]
    created_at: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One incident with its history, and the mails that spoke of it."""

    line: Line
    steps: Sequence[Step]
    mails: Sequence[MailLine]
    is_open: bool


def listed(services: Services, who: Who, wanted: Wanted) -> tuple[int, list[Line]]:
    """How many incidents ``who`` may see of those wanted, and a part of them."""
    if wanted.unit is not None and services.directory.get(wanted.unit) is None:
        return 0, []
    with Session(services.engine) as session:
        total, rows = incidents.list_rows(session, wanted)
        sources = source_names(session)
        return total, [_line(services, who, row, sources) for row in rows]


def file_row(line: Line) -> tuple[object, ...]:
    """An incident as a row of a file."""
    told = line.told
    return (
        told.id,
        text(f"incidents.kind.{told.kind.value}"),
        line.where,
        line.says,
        told.opened_at,
        told.last_seen_at,
        text(f"incidents.state.{told.state.value}"),
        told.assigned_to or told.acknowledged_by,
    )


def history_of(services: Services, who: Who, number: int) -> HistoryTold:
    """An incident with its history.

    Raises:
        NotFoundError: there is none that ``who`` may see.
    """
    with Session(services.engine) as session:
        row = _seen(session, who, number)
        item = incident_item(row, source_names(session))
        return HistoryTold(
            **item, steps=[each.told for each in _steps(services, session, who, row)]
        )


def detail_of(services: Services, who: Who, number: int) -> Detail:
    """What its page says.

    Raises:
        NotFoundError: there is none that ``who`` may see.
    """
    with Session(services.engine) as session:
        row = _seen(session, who, number)
        return Detail(
            line=_line(services, who, row, source_names(session)),
            steps=_steps(services, session, who, row),
            mails=_mails(services, session, who, row),
            is_open=row.state is IncidentState.OPEN,
        )


def told_of(services: Services, row: Incident) -> IncidentTold:
    """An incident as the API tells it."""
    with Session(services.engine) as session:
        return IncidentTold(**incident_item(row, source_names(session)))


def names_for(services: Services, who: Who) -> dict[str, str]:
    """The names of the units that ``who`` sees, by their codes."""
    return {
        each.code: each.short_name or each.name
        for each in services.directory.units
        if who.sees(each.code)
    }


def _seen(session: Session, who: Who, number: int) -> Incident:
    row = session.get(Incident, number)
    is_hidden = row is None or row.state is IncidentState.SEEN
    if row is None or is_hidden or not who.sees(row.unit):
        raise NotFoundError("incident_unknown", incident=number)
    return row


def _line(services: Services, who: Who, row: Incident, sources: Mapping[int, str]) -> Line:
    item = incident_item(row, sources)
    where = where_text(item, names_for(services, who))
    return Line(IncidentTold(**item), where, says(item["kind"], item["value"]))


def _steps(services: Services, session: Session, who: Who, row: Incident) -> list[Step]:
    names = names_for(services, who)
    found: list[Step] = []
    for each in incidents.steps_of(session, row.id or 0):
        item = step_item(each)
        is_elsewhere = each.what is IncidentStepKind.MOVED and not who.sees(each.text or "")
        shown = item | {"text": None} if is_elsewhere else item
        found.append(Step(StepTold(**shown), step_said(shown, names)))
    return found


def _mails(services: Services, session: Session, who: Who, row: Incident) -> list[MailLine]:
    return [
        MailLine(item["id"], item["subject"], item["state"], item["to"], item["created_at"])
        for mail in mails_of(services, session, row)
        if who.sees(mail.unit)
        for item in (mail_item(mail),)
    ]
