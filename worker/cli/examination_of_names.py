"""The doctor's look at the names of units: what waits for a decision, what was decided in vain."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from worker.cli.finding import Finding, Level
from worker.i18n import text
from worker.i18n.numbers import number

if TYPE_CHECKING:
    from sqlmodel import Session

    from worker.settings.model import Settings

_NAMED = 3


def names_examined(session: "Session", settings: "Settings") -> Iterator[Finding]:
    """Unknown names, and decisions for units that are no longer listed."""
    from worker.core.units import UnitDirectory
    from worker.db.unit_names import decided, unknown_names
    from worker.sources.folder import find_folder, read_folder

    province = read_folder(find_folder(settings.province.seeds, settings.folder))
    directory = UnitDirectory(province.units)
    unlisted = [row for row in decided(session) if directory.get(row.unit) is None]
    for row in unlisted:
        said = text("doctor.units.unlisted", name=row.name, code=row.unit)
        yield Finding("units", Level.WARNING, said, text("doctor.units.assign_again"))
    waiting = unknown_names(session)
    if waiting:
        counts = {
            "names": number(len(waiting)),
            "records": number(sum(each.count for each in waiting)),
        }
        shown = ", ".join(f'"{each.name}"' for each in waiting[:_NAMED])
        named = shown + (", …" if len(waiting) > _NAMED else "")
        said = text("doctor.units.unknown", named=named, **counts)
        yield Finding("units", Level.WARNING, said, text("doctor.units.advice"))
    if not waiting and not unlisted:
        yield Finding("units", Level.OK, text("doctor.units.known"))
