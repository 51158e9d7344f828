"""The doctor's look at the sources: one login or the least question each."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from worker.cli.finding import Finding, Level, problem
from worker.errors import SettingsError
from worker.i18n import text
from worker.i18n.numbers import number

if TYPE_CHECKING:
    from worker.journey.trying import Tried
    from worker.settings.model import Settings


def source_examined(settings: "Settings", name: str) -> Iterator[Finding]:
    """Each capability of a source asked once."""
    from worker.journey.trying import try_source

    told: set[str] = set()
    for tried in try_source(settings, name):
        found = _found(name, tried)
        # A system that is down is down for all it offers: once is enough.
        if found.message not in told:
            yield found
        told.add(found.message)


def _found(name: str, tried: "Tried") -> Finding:
    if tried.error is not None:
        # A setting that is missing is named in the sentence; neither address nor line is at fault.
        named = isinstance(tried.error, SettingsError)
        return problem("sources", tried.error, None if named else "doctor.sources.advice")
    what, took = text(f"doctor.sources.{tried.part}"), number(tried.seconds or 0)
    return Finding(
        "sources", Level.OK, text("doctor.sources.answers", source=name, what=what, took=took)
    )
