"""Reports: one month as a workbook, an official letter, a page, or for programs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from models.types import Period
from worker.bootstrap import Services
from worker.core.times import local_day
from worker.core.units import Unit
from worker.errors import NotFoundError
from worker.i18n import text
from worker.i18n.numbers import month as month_in_words
from worker.journey.explaining import both_sides
from worker.journey.indexing import USUAL_BASES, evaluating
from worker.journey.parties import sides_of
from worker.ports import Progress
from worker.render.report.document import Document, Letterhead
from worker.render.report.facts import Index
from worker.stages.evaluate import evaluate, known_periods
from worker.stages.report import MakeReport, make_report

# The end of a file's name, by format.
ENDINGS: Final[Mapping[str, str]] = {
    "xlsx": "xlsx",
    "docx": "docx",
    "html": "html",
    "json": "json",
    "csv": "zip",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A report of which month, about which unit (None: the province), beside which months.

    Where no months are ``compared`` they are the last two of which anything is told. ``seen`` are
    the units that may be named in it, None for all.
    """

    period: Period
    unit: Unit | None = None
    compared: tuple[Period, ...] = ()
    seen: frozenset[str] | None = None


def report_of(services: Services, wanted: Wanted, progress: Progress) -> Document:
    """The report in the language in use.

    Raises:
        NotFoundError: nothing has been pulled yet, or the store has nothing of that month.
    """
    now = services.clock()
    sides, names = both_sides(services, now), sides_of(services)
    province = services.directory.get(services.settings.province.code)
    if province is None:
        raise NotFoundError("unit_not_found", unit=services.settings.province.code)
    task = MakeReport(
        engine=services.engine,
        province_id=sides.province_id,
        portal_id=sides.portal_id,
        elsewhere_ids=sides.elsewhere_ids,
        period=wanted.period,
        directory=services.directory,
        province=province,
        unit=wanted.unit,
        letterhead=_letterhead(services, wanted.period, now),
        index=_index(services, wanted),
        written_at=now,
        rulebook=lambda as_of: services.rulebook(as_of, wanted.period, names),
        progress=progress,
        seen=wanted.seen,
    )
    return make_report(task)


def file_of(document: Document, form: str) -> bytes:
    """The report's file, ``form`` being one of ``ENDINGS``.

    Each writer is loaded only where it is asked for.
    """
    match form:
        case "xlsx":
            from worker.render.report.xlsx import workbook

            return workbook(document)
        case "docx":
            from worker.render.report.docx import letter

            return letter(document)
        case "html":
            from worker.render.report.html import page

            return page(document).encode()
        case "json":
            from worker.render.report.machine import as_json

            return as_json(document).encode()
        case _:
            from worker.render.report.machine import as_csv

            return as_csv(document)


def file_name(document: Document, form: str) -> str:
    """The usual name of the report's file."""
    told = document.facts
    about = told["unit"] or told["province"]
    return f"doisoat-{about}-{told['period']['from']:%Y-%m}.{ENDINGS[form]}"


def _index(services: Services, wanted: Wanted) -> Index | None:
    """The month's evaluation beside the others.

    None where there is nothing to tell, or no rules of the index held yet.
    """
    month = wanted.period
    task = evaluating(services, month, services.clock())
    if month.last < task.rules[0].valid_from:
        return None
    others = wanted.compared or known_periods(task)[:USUAL_BASES]
    bases = tuple(evaluate(replace(task, period=each)) for each in others if each != month)
    found = Index(evaluate(task), bases, services.directory)
    units = (found.current.province, *found.current.units)
    return found if any(unit.values or unit.counted for unit in units) else None


def _letterhead(services: Services, month: Period, now: datetime) -> Letterhead:
    told = services.settings.report
    usual = text("report.document.subject", month=month_in_words(month.first))
    return Letterhead(
        authority_above=told.authority_above or "",
        authority=told.authority or "",
        place=told.place or services.settings.province.name,
        day=local_day(now),
        subject=told.subject or usual,
        to=told.recipients,
        copies=told.copies,
        signer_role=told.signer_role or "",
    )
