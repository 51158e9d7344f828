"""Letters as a province's evaluation would fill them, written for the tests."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from models.types import Cause, Flag, IncidentKind, MailReason, Period, Side, Status
from worker.core.alerts.letter import (
    Letter,
    LetterDossier,
    LetterFigures,
    LetterIncident,
    LetterLinks,
    LetterStep,
    LetterWarning,
    Sight,
    SourceAge,
    SourceFault,
)

AS_OF = datetime(2024, 7, 24, 9, 0, tzinfo=UTC)
WRITTEN = AS_OF + timedelta(minutes=12)
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))
DUE = datetime(2024, 7, 18, 9, 30, tzinfo=UTC)
AGES = (
    SourceAge(source="tinh", side=Side.PROVINCE, read_at=AS_OF - timedelta(minutes=3)),
    SourceAge(source="cong", side=Side.PORTAL, read_at=AS_OF - timedelta(hours=2, minutes=5)),
)
LINKS = LetterLinks(
    console="https://doisoat.soctrang.example/units/H51.12",
    handled="https://doisoat.soctrang.example/handled/abc.def",
    not_ours="https://doisoat.soctrang.example/not-ours/abc.def",
)
# Causes with the number of dossiers behind each: 23 more on the portal, 2 of 27 the other way.
BEHIND = {
    Cause.STATUS_BEHIND: 12,
    Cause.END_EVENT_MISSING: 6,
    Cause.SUPPLEMENTS: 4,
    Cause.NOT_ON_PORTAL: -2,
    Cause.UNIT_DIFFERS: 3,
}


def code(number: int) -> str:
    return f"H51.12-240718-{number:04}"


def dossier(number: int, cause: Cause, contribution: int = 1) -> LetterDossier:
    """One dossier as both sides have it."""
    home = Sight(status=Status.RETURNED, received_at=DUE, due_at=DUE, ended_at=DUE)
    there = Sight(status=Status.IN_PROCESS, received_at=DUE, due_at=DUE, late=True)
    return LetterDossier(
        code=code(number),
        cause=cause,
        contribution=contribution,
        unit="Sở Nội vụ",
        procedure="1.001612",
        portal_unit="Huyện Mỹ Tú" if cause is Cause.UNIT_DIFFERS else None,
        province=home,
        portal=None if cause is Cause.NOT_ON_PORTAL else there,
        days_late=6,
        since=AS_OF - timedelta(days=number % 9),
    )


def dossiers(behind: dict[Cause, int]) -> tuple[LetterDossier, ...]:
    listed = [
        (cause, 1 if count > 0 else -1)
        for cause, count in behind.items()
        for _ in range(abs(count))
    ]
    return tuple(
        dossier(number, cause, sign) for number, (cause, sign) in enumerate(listed, start=1)
    )


def warnings(count: int) -> tuple[LetterWarning, ...]:
    return tuple(
        LetterWarning(
            code=code(9000 + number),
            unit="Sở Nội vụ",
            status=Status.IN_PROCESS,
            due_at=AS_OF + timedelta(hours=20 * number),
            late_from=AS_OF + timedelta(hours=20 * number, seconds=1),
            procedure="1.001612",
        )
        for number in range(1, count + 1)
    )


def incident(kind: IncidentKind, **values: float) -> LetterIncident:
    opened = AS_OF - timedelta(days=1, hours=3)
    source = "cong" if kind is IncidentKind.SOURCE_DOWN else None
    return LetterIncident(kind=kind, opened_at=opened, value=values, source=source)


FIGURES = LetterFigures(
    late_province=17,
    late_by_portal_rule=21,
    late_portal=40,
    published=41,
    unexplained=1,
    presumed=120,
    previous_difference=18,
)
DIFFERENCE = replace(incident(IncidentKind.LATE_DIFFERENCE, difference=23), told={"difference": 18})
LETTER = Letter(
    language="vi",
    reason=MailReason.CHANGED,
    province="Sóc Trăng",
    unit_code="H51.12",
    unit="Sở Nội vụ",
    period=JULY,
    as_of=AS_OF,
    written_at=WRITTEN,
    incidents=(DIFFERENCE,),
    figures=FIGURES,
    steps=tuple(LetterStep(cause, count) for cause, count in BEHIND.items()),
    dossiers=dossiers(BEHIND),
    warnings=warnings(4),
    ages=AGES,
    links=LINKS,
)
AGREED = LetterFigures(
    late_province=17, late_by_portal_rule=17, late_portal=17, previous_difference=23
)


def over(kind: IncidentKind, **values: float) -> LetterIncident:
    return replace(incident(kind, **values), resolved_at=AS_OF)


def _without(**changes: object) -> Letter:
    return replace(LETTER, dossiers=(), steps=(), warnings=(), figures=AGREED, **changes)  # type: ignore[arg-type]


DOWN = SourceFault(
    source="cong", side=Side.PORTAL, since=AS_OF - timedelta(hours=5), fault="timeout"
)
ODD = replace(
    dossier(1, Cause.DUE_DIFFERS),
    portal=Sight(status=Status.IN_PROCESS, due_at=DUE - timedelta(days=3), late=True),
    flags=(Flag.END_EQUALS_DUE, Flag.END_AT_RECEIPT),
)
LETTERS = {
    "changed": LETTER,
    "first": replace(
        LETTER,
        reason=MailReason.OPENED,
        incidents=(incident(IncidentKind.LATE_DIFFERENCE, difference=23),),
        figures=replace(FIGURES, previous_difference=None),
    ),
    "english": replace(LETTER, language="en"),
    "fewer": replace(
        LETTER,
        figures=LetterFigures(
            late_province=9, late_by_portal_rule=9, late_portal=4, previous_difference=2
        ),
        steps=(LetterStep(Cause.NOT_ON_PORTAL, -5),),
        dossiers=dossiers({Cause.NOT_ON_PORTAL: -5}),
        warnings=(),
    ),
    "resolved": _without(
        reason=MailReason.RESOLVED, incidents=(over(IncidentKind.LATE_DIFFERENCE, difference=0),)
    ),
    "digest": replace(LETTER, reason=MailReason.DIGEST, warnings=warnings(26), incidents=()),
    "digest_agreed": _without(reason=MailReason.DIGEST, incidents=()),
    "down": _without(
        reason=MailReason.OPENED,
        unit_code="",
        unit="Tỉnh Sóc Trăng",
        incidents=(incident(IncidentKind.SOURCE_DOWN),),
        faults=(DOWN,),
    ),
    "down_before_all": replace(
        _without(
            reason=MailReason.OPENED,
            incidents=(incident(IncidentKind.SOURCE_DOWN),),
            faults=(DOWN,),
            ages=(replace(AGES[1], read_at=None),),
        ),
        figures=None,
        links=LetterLinks(),
    ),
    "up_again": _without(reason=MailReason.RESOLVED, incidents=(over(IncidentKind.SOURCE_DOWN),)),
    "escalated": replace(
        LETTER,
        reason=MailReason.ESCALATED,
        incidents=(
            replace(DIFFERENCE, level=1),
            incident(IncidentKind.LATE_SHARE, share=0.1299),
            incident(IncidentKind.SYNC_RATE, rate=0.87),
            incident(IncidentKind.SYNC_LAG, lag=7200),
            incident(IncidentKind.UNEXPLAINED, unexplained=-4),
        ),
        complete=False,
    ),
    "quarantine": _without(
        reason=MailReason.OPENED,
        incidents=(incident(IncidentKind.QUARANTINE, count=1250),),
        quarantined=1250,
        complete=False,
    ),
    "province": replace(
        LETTER,
        reason=MailReason.REPEAT,
        unit_code="",
        unit="Tỉnh Sóc Trăng",
        dossiers=(ODD, *LETTER.dossiers),
        left_out=30_000,
        contact="vanphong@soctrang.example",
        faults=(DOWN,),
        quarantined=7,
    ),
}
