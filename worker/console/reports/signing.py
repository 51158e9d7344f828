"""``/reports/sign``: looking at a statement before it is signed, and signing it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from models.statement import Statement
from worker.bootstrap import Services
from worker.console.asking import Approves, Joint
from worker.console.index.shown import month_asked, months_known
from worker.console.instants import instant_in
from worker.console.reports.files import unit_asked
from worker.console.reports.shown import AccountShown, account_now
from worker.console.reports.turns import turn
from worker.console.showing import go_to, show
from worker.console.written import LONGEST, written
from worker.core.access import Who
from worker.core.times import period_start
from worker.db.statements import Seal
from worker.errors import PermanentError
from worker.flow import Stage
from worker.i18n import sentence
from worker.journey.explaining import both_sides
from worker.journey.signing import Signing, latest_cutoff, sign_statement, statement_at
from worker.ports import Progress

router = APIRouter(include_in_schema=False)

Words = Annotated[str, Form(max_length=LONGEST)]
Short = Annotated[str, Form(max_length=50)]
_REFUSED = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """What an approver says with a signature: for which office, a note, and why all the same.

    ``is_incomplete``: also where a side was not read completely, which ``reason`` accounts for.
    """

    role: str
    note: str = ""
    reason: str = ""
    is_incomplete: bool = False


@router.get("/reports/sign")
def ask_to_sign(
    request: Request, who: Approves, services: Joint, month: str = "", unit: str = ""
) -> Response:
    """The form: which month, which unit."""
    return _form(request, who, services, month, unit)


@router.post("/reports/sign/look")
def look(
    request: Request, who: Approves, services: Joint, month: Short = "", unit: Short = ""
) -> Response:
    """The figures that would be signed; nothing is kept by that."""
    try:
        at = cutoff_of(services, month)
        account = looked_at(services, month, unit, at)
    except PermanentError as error:
        return _form(request, who, services, month, unit, fault=sentence(error))
    return _form(request, who, services, month, unit, account=account, at=at)


@router.post("/reports/sign")
def sign(  # noqa: PLR0913 - one for each field
    request: Request,
    who: Approves,
    services: Joint,
    *,
    month: Short,
    unit: Short = "",
    as_of: Short = "",
    digest: Annotated[str, Form(max_length=64)] = "",
    role: Words = "",
    note: Words = "",
    reason: Words = "",
    incomplete: Annotated[bool, Form()] = False,
) -> Response:
    """Freeze the statement in the name of an office."""
    sealing = Sealing(role=role, note=note, reason=reason, is_incomplete=incomplete)
    try:
        at = instant_in(as_of) or cutoff_of(services, month)
        row, is_new = signed(services, who, month, unit, at, sealing)
    except PermanentError as error:
        return _form(request, who, services, month, unit, fault=sentence(error), sealing=sealing)
    said = "statement_signed" if is_new else "statement_already"
    is_other = bool(digest) and digest != row.digest
    return go_to(f"/reports/statements/{row.id}", "statement_other" if is_other else said)


def cutoff_of(services: Services, month: str) -> datetime:
    """The month's last complete reconciliation: the figures people know; before the first now."""
    period = month_asked(services, month)
    at = latest_cutoff(services, period) or services.clock()
    return at.replace(microsecond=0)


def looked_at(services: Services, month: str, unit: str, at: datetime) -> AccountShown:
    """The statement that would be signed.

    Raises:
        NotFoundError: nothing has been pulled yet, or what was known at ``at`` has been pruned.
        StatementError: the figures do not add up.
    """
    period, chosen = month_asked(services, month), unit_asked(services, unit)
    both_sides(services, at)
    with turn():
        frozen = statement_at(services, chosen, period, at, _unwatched)
    return account_now(services, frozen)


def signed(
    services: Services, who: Who, month: str, unit: str, at: datetime, sealing: Sealing
) -> tuple[Statement, bool]:
    """Freeze a statement; whether it was not signed before.

    Raises:
        PermanentError: nobody answers for it, nobody says why, the cut-off is not of the month.
        StatementError: a side was not read completely, or the figures do not add up.
    """
    period, chosen = month_asked(services, month), unit_asked(services, unit)
    now, why = services.clock(), written(sealing.reason)
    role = written(sealing.role)
    if role is None:
        raise PermanentError("role_wanted")
    if sealing.is_incomplete and why is None:
        raise PermanentError("reason_wanted")
    if not period_start(period) <= at <= now:
        raise PermanentError("month_not_begun", period=month)
    both_sides(services, at)
    seal = Seal(
        role=role, actor=who.name, at=now, by=who.name, note=written(sealing.note), reason=why
    )
    wanted = Signing(
        unit=chosen, period=period, as_of=at, seal=seal, incomplete=sealing.is_incomplete
    )
    with turn():
        return sign_statement(services, wanted, _unwatched)


def _unwatched(_stage: Stage, _name: str) -> Progress:
    return lambda _done, _total: None


def _form(  # noqa: PLR0913 - what was typed comes back beside the fault
    request: Request,
    who: Who,
    services: Services,
    month: str,
    unit: str,
    *,
    account: AccountShown | None = None,
    at: datetime | None = None,
    fault: str = "",
    sealing: Sealing | None = None,
) -> Response:
    return show(
        request,
        who,
        "reports/sign",
        status=_REFUSED if fault else 200,
        known=months_known(services),
        month=month,
        unit=unit,
        units=services.directory.units,
        account=account,
        at=at,
        fault=fault,
        sealing=sealing or Sealing(role=services.settings.report.signer_role or ""),
        most=LONGEST,
    )
