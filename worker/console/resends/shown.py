"""What is shown of requests to send dossiers again; page and API tell the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from models.resend_types import ResendAnswer, ResendGround, ResendResult, ResendState
from models.roles import Role
from models.types import Cause, Status
from worker.bootstrap import Services
from worker.console.calls import Moment, Told
from worker.core.access import Who
from worker.core.resend.effect import Effect
from worker.core.resend.preview import Preview
from worker.core.resend.selection import Selection
from worker.db import resend_effects
from worker.db.resends import Wanted
from worker.errors import NotFoundError
from worker.journey import asking_again, resending
from worker.journey.resending import Shown
from worker.render.resend_preview import preview_item
from worker.render.resends import Told as Request
from worker.render.resends import dossier_item, request_item


class StandingTold(Told):
    """A unit on the portal: ``late`` of ``counted`` dossiers."""

    counted: int
    late: int


class RequestTold(Told):
    """A request: who asked for what and why, who decided, and what came of its dossiers."""

    id: int
    unit: str
    name: str
    state: ResendState
    by_hand: bool
    chosen_by: Mapping[str, Any]
    asked_by: str
    asked_at: Moment
    reason: str
    decided_by: str | None
    decided_at: Moment | None
    decision: str | None
    stopped_by: str | None
    stopped_at: Moment | None
    send_at: Moment | None
    look_at: Moment | None
    sent_at: Moment | None
    ended_at: Moment | None
    asked: int
    sent: int
    closed: int
    unchanged: int
    worse: int
    unknown: int
    waiting: int
    before: StandingTold | None
    after: StandingTold | None

    @property
    def left(self) -> int:
        """How many went and still differ."""
        return self.unchanged + self.worse


class ResentTold(Told):
    """One dossier of a request: what was answered, what the last look showed, and why."""

    dossier: str
    external_id: str
    cause: Cause
    contribution: int
    status: Status
    is_known: bool
    fields: Mapping[str, Any]
    sent_at: Moment | None
    answer: ResendAnswer | None
    words: str | None
    looked_at: Moment | None
    result: ResendResult | None
    ground: ResendGround | None
    why: str | None
    is_open: bool


class RequestWhole(RequestTold):
    """A request with its dossiers."""

    dossiers: Sequence[ResentTold]


class CandidateTold(Told):
    """A dossier that would be asked for."""

    dossier: str
    external_id: str | None
    cause: Cause
    contribution: int
    is_known: bool
    fields: Mapping[str, Any]
    opened_at: Moment


class UnitPreviewTold(Told):
    """What a request for one unit would ask for; ``if_all``: how it stands once all agree."""

    unit: str
    name: str
    before: StandingTold
    if_all: StandingTold
    dossiers: Sequence[CandidateTold]


class LeftOutTold(Told):
    """A dossier that was meant and is not asked for, and why."""

    dossier: str
    unit: str | None
    cause: Cause | None
    obstacle: str
    why: str


class PreviewTold(Told):
    """What a selection would ask for; ``may_go_now`` is what the limits leave."""

    enabled: bool
    by_hand: bool
    may_go_now: int
    next_at: Moment | None
    total: int
    items: Sequence[UnitPreviewTold]
    left_out: Sequence[LeftOutTold]


@dataclass(frozen=True, slots=True)
class Steps:
    """What ``who`` may do with a request as it stands."""

    decide: bool
    go_on: bool
    send: bool
    hand_over: bool
    stop: bool


@dataclass(frozen=True, slots=True)
class Month:
    """What re-sends did in the month that begins on ``first``."""

    first: date
    effect: Effect


def listed(services: Services, wanted: Wanted) -> tuple[int, list[RequestTold]]:
    """How many requests there are, and the newest of them."""
    total, found = resending.listed(services, wanted)
    return total, [told(services, each) for each in found]


def told(services: Services, shown: Shown) -> RequestTold:
    """A request without its dossiers."""
    return RequestTold(**request_item(request_of(services, shown)))


def whole(services: Services, who: Who, number: int) -> RequestWhole:
    """A request with its dossiers.

    Raises:
        NotFoundError: there is none of this number that ``who`` sees.
    """
    shown = resending.shown(services, number)
    if not who.sees(shown.request.unit):
        raise NotFoundError("resend_unknown", request=number)
    return whole_of(services, shown)


def whole_of(services: Services, shown: Shown) -> RequestWhole:
    """A request with its dossiers, as it was read."""
    items = [dossier_item(each) for each in shown.items]
    return RequestWhole(**request_item(request_of(services, shown)), dossiers=items)


def steps_for(who: Who, request: RequestTold) -> Steps:
    """What ``who`` may do with a request: its buttons."""
    state = request.state
    operates = who.may(Role.OPERATOR)
    is_ready = state is ResendState.APPROVED
    return Steps(
        decide=state is ResendState.ASKED and who.may(Role.APPROVER),
        go_on=state is ResendState.HELD and who.may(Role.APPROVER),
        send=operates and is_ready and not request.by_hand,
        hand_over=operates and request.by_hand and (is_ready or state is ResendState.HANDED_OVER),
        stop=operates and state.is_open,
    )


def foreseen(services: Services, selection: Selection) -> PreviewTold:
    """What a selection would ask for; nothing is changed."""
    found: Preview = asking_again.preview(services, selection)
    return PreviewTold(**preview_item(found))


def months(services: Services, who: Who) -> list[Month]:
    """What re-sends did in each of the last twelve months, the latest first."""
    with Session(services.engine) as session:
        found = resend_effects.monthly(session, services.clock(), who.units)
    return [Month(first, effect) for first, effect in found.items()]


def request_of(services: Services, shown: Shown) -> Request:
    """A request with the name of its unit."""
    unit = services.directory.get(shown.request.unit)
    name = unit.name if unit else shown.request.unit
    return Request(shown.request, name, shown.items, shown.effect)
