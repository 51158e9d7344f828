"""Trying a settings file before it is kept: one login each, three dossiers looked up."""

from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from models.types import Side, SourceRecord
from worker.bootstrap import clock_of, upstream
from worker.core.times import local_day
from worker.errors import DataError
from worker.i18n import sentence, text
from worker.ports import Answer, Found, NotFound, Upstream
from worker.render.explanation_unit import status_text
from worker.render.tables import plain_table
from worker.settings.load import load_settings

if TYPE_CHECKING:
    from rich.console import RenderableType

    from worker.cli.interview import Answers
    from worker.settings.model import Settings

_TRIED = 3


def tried(answers: "Answers", folder: Path) -> "list[RenderableType]":
    """What the sources answered.

    Raises:
        DoisoatError: A value is wrong, a source is out of reach or refuses the login.
    """
    settings = _settings(answers, folder)
    home = upstream(settings, settings.source_on(Side.PROVINCE)[0])
    portal = upstream(settings, settings.source_on(Side.PORTAL)[0])
    try:
        said = [text("init.reached", source=each.name) for each in (home, portal) if _check(each)]
        records = _first_records(home, settings)
        answers_by_code = _looked_up(portal, records)
    finally:
        home.close()
        portal.close()
    return [*said, *_table(records, answers_by_code)]


def _settings(answers: "Answers", folder: Path) -> "Settings":
    """The settings as they will be read; relative paths start where the file will stand."""
    with TemporaryDirectory() as own:
        file = Path(own) / "doisoat.toml"
        file.write_text(answers.draft.toml(), encoding="utf-8")
        return load_settings(file, environment=answers.variables, working_folder=folder)


def _check(source: Upstream) -> bool:
    """Always true: what is wrong is raised."""
    for capability in source.capabilities.values():
        capability.check()
    return True


def _first_records(home: Upstream, settings: "Settings") -> list[SourceRecord]:
    if home.pages is None:
        return []
    today = local_day(clock_of(settings)())
    (window, *_) = home.pages.windows(since=None, until=today, changed_since=None)
    readings = home.pages.page(window, 0).readings
    return list(islice((each for each in readings if isinstance(each, SourceRecord)), _TRIED))


def _looked_up(portal: Upstream, records: list[SourceRecord]) -> dict[str, Answer]:
    if portal.lookups is None:
        return {}
    codes = [record.codes[0] for record in records]
    return {answer.code: answer for answer in portal.lookups.look_up(codes)}


def _table(records: list[SourceRecord], answers: dict[str, Answer]) -> "list[RenderableType]":
    if not records:
        return [text("init.no_dossiers")]
    headings = [text(f"init.column.{name}") for name in ("code", "home", "portal")]
    table = plain_table(text("init.three"), headings)
    for record in records:
        code = record.codes[0]
        table.add_row(code, status_text(int(record.status)), _answer_text(answers.get(code)))
    return [table, ""]


def _answer_text(answer: Answer | None) -> str:
    match answer:
        case Found(readings=(SourceRecord() as record, *_)):
            return status_text(int(record.status))
        case Found(readings=(unreadable, *_)) if not isinstance(unreadable, SourceRecord):
            return sentence(DataError(unreadable.reason, unreadable.detail))
        case NotFound():
            return text("init.unknown")
        case _:
            return text("init.no_answer")
