"""``doisoat report``: one period as a workbook, an official letter, a page, or for programs."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.files import write_bytes
from worker.cli.invocation import invocation
from worker.cli.options import PeriodOption, UnitOption, unit_of
from worker.cli.output import show
from worker.cli.progress import counting
from worker.cli.stored import both_sides, opened
from worker.cli.usage import WrongUsage

if TYPE_CHECKING:
    from datetime import datetime

    from models.types import Period
    from worker.bootstrap import Services
    from worker.core.units import Unit
    from worker.ports import Progress
    from worker.render.report.document import Document, Letterhead
    from worker.render.report.facts import Index
    from worker.stages.report import MakeReport

_STANDARD_OUTPUT = "-"
_KILOBYTE = 1000
# The end of the file's name, by format.
_ENDINGS = {"xlsx": "xlsx", "docx": "docx", "html": "html", "json": "json", "csv": "zip"}
# How many months stand beside the report's own where none are asked for.
_USUAL_MONTHS = 2
_TEXTS = ("html", "json")

CompareOption = Annotated[
    str | None, typer.Option("--compare", metavar="2024-04,2024-06", help="cli.report.compare")
]
FormatOption = Annotated[
    str, typer.Option("--format", metavar="|".join(_ENDINGS), help="cli.report.format")
]
OutputOption = Annotated[
    str | None, typer.Option("--output", metavar="FILE", help="cli.report.output")
]


def run(
    ctx: typer.Context,
    *,
    period: PeriodOption = None,
    unit: UnitOption = None,
    compare: CompareOption = None,
    form: FormatOption = "xlsx",
    output: OutputOption = None,
) -> int:
    """Write the report, and say where it is."""
    _check(form, output)
    with opened(ctx) as services:
        from worker.core.times import month_of, parse_month, period_start
        from worker.i18n import text
        from worker.stages.report import make_report

        now = services.clock()
        month = parse_month(period) if period else month_of(now)
        if now < period_start(month):
            raise WrongUsage("usage.period_not_begun", period=period or "")
        chosen = unit_of(services.directory, unit) if unit else None
        chosen = chosen if chosen and chosen.parent is not None else None
        with counting(text("report.written.gathering")) as progress:
            document = make_report(_task(services, month, chosen, _months(compare), progress))
            content = _written(document, form)
    if output == _STANDARD_OUTPUT:
        sys.stdout.write(content.decode())
        return 0
    file = invocation(ctx).working_folder / (output or _usual_name(document, form))
    write_bytes(file, content)
    show(_said(document, file, len(content)))
    return 0


def _check(form: str, output: str | None) -> None:
    if form not in _ENDINGS:
        allowed = ", ".join(_ENDINGS)
        raise WrongUsage("usage.not_one_of", name="--format", value=form, allowed=allowed)
    if output == _STANDARD_OUTPUT and form not in _TEXTS:
        raise WrongUsage("usage.no_text", format=form, texts=", ".join(_TEXTS))


def _months(compare: str | None) -> "tuple[Period, ...]":
    from worker.core.times import parse_month

    return tuple(parse_month(each) for each in (compare or "").split(",") if each.strip())


def _task(
    services: "Services",
    month: "Period",
    unit: "Unit | None",
    compared: "tuple[Period, ...]",
    progress: "Progress",
) -> "MakeReport":
    from worker.journey import sides_of
    from worker.stages.report import MakeReport

    now = services.clock()
    sides = both_sides(services, now)
    names = sides_of(services)
    return MakeReport(
        engine=services.engine,
        province_id=sides.province_id,
        portal_id=sides.portal_id,
        elsewhere_ids=sides.elsewhere_ids,
        period=month,
        directory=services.directory,
        province=unit_of(services.directory, services.settings.province.code),
        unit=unit,
        letterhead=_letterhead(services, month, now),
        index=_index(services, month, compared),
        written_at=now,
        rulebook=lambda as_of: services.rulebook(as_of, month, names),
        progress=progress,
    )


def _index(services: "Services", month: "Period", compared: "tuple[Period, ...]") -> "Index | None":
    """The period's evaluation beside the months asked for, else the last two that have any.

    None where there is nothing to tell, or no rules of the index held yet.
    """
    from worker.journey.indexing import evaluating
    from worker.render.report.facts import Index
    from worker.stages.evaluate import evaluate, known_periods

    task = evaluating(services, month, services.clock())
    if month.last < task.rules[0].valid_from:
        return None
    others = compared or known_periods(task)[:_USUAL_MONTHS]
    bases = tuple(evaluate(replace(task, period=each)) for each in others if each != month)
    found = Index(evaluate(task), bases, services.directory)
    units = (found.current.province, *found.current.units)
    return found if any(unit.values or unit.counted for unit in units) else None


def _letterhead(services: "Services", month: "Period", now: "datetime") -> "Letterhead":
    from worker.core.times import local_day
    from worker.i18n import text
    from worker.i18n.numbers import month as month_in_words
    from worker.render.report.document import Letterhead

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


def _written(document: "Document", form: str) -> bytes:
    """The file; each writer is loaded only where it is asked for."""
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


def _usual_name(document: "Document", form: str) -> str:
    told = document.facts
    about = told["unit"] or told["province"]
    return f"doisoat-{about}-{told['period']['from']:%Y-%m}.{_ENDINGS[form]}"


def _said(document: "Document", file: Path, size: int) -> str:
    from worker.i18n import text
    from worker.i18n.numbers import number

    told = text("report.written.size", n=number(max(1, round(size / _KILOBYTE))))
    return text("report.written.file", about=document.subtitle, file=file, size=told)
