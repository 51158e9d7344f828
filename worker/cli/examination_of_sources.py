"""The doctor's look at the sources: one login or the least question each."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from worker.cli.finding import Finding, Level, problem
from worker.errors import DoisoatError
from worker.i18n import text
from worker.i18n.numbers import number

if TYPE_CHECKING:
    from worker.ports import Source
    from worker.settings.model import Settings


def source_examined(settings: "Settings", name: str) -> Iterator[Finding]:
    """Each capability of a source asked once."""
    from worker.bootstrap import upstream

    try:
        source = upstream(settings, name)
    except DoisoatError as error:
        yield problem("sources", error, "doctor.sources.advice")
        return
    told: set[str] = set()
    try:
        for part, capability in source.capabilities.items():
            found = _checked(name, part, capability)
            # A system that is down is down for all it offers: once is enough.
            if found.message not in told:
                yield found
            told.add(found.message)
    finally:
        source.close()


def _checked(name: str, part: str, capability: "Source") -> Finding:
    began = time.monotonic()
    try:
        capability.check()
    except DoisoatError as error:
        return problem("sources", error, "doctor.sources.advice")
    took = number(max(round(time.monotonic() - began, 2), 0.01))
    what = text(f"doctor.sources.{part}")
    return Finding(
        "sources", Level.OK, text("doctor.sources.answers", source=name, what=what, took=took)
    )
