"""What else the portal tells, read after its dossiers: the catalogue, and its own evaluation.

Both change slowly and nothing of a reconciliation waits for them, so trouble with them is told
beside the reading, which stays what it was.
"""

from sqlmodel import Session

from worker.bootstrap import Services
from worker.core.procedures import own_limits
from worker.core.times import day_start, local_day
from worker.db import runs
from worker.db.runs import Run
from worker.errors import DoisoatError, RunError
from worker.journey.publishing import periods_of
from worker.journey.wish import Wish
from worker.ports import Upstream
from worker.settings.model import PortalSettings
from worker.stages.read_catalogue import ReadCatalogue, read_catalogue
from worker.stages.read_figures import ReadFigures, read_figures

_ASKED = "figures_asked"
_SILENT = "catalogue_silent"


def read_evaluation(
    services: Services, source: Upstream, run: Run, wish: Wish, settings: PortalSettings
) -> list[DoisoatError]:
    """Read limits and figures where it is time to; returns what went wrong."""
    return [
        *_read_limits(services, source, run, wish, settings),
        *_read_figures(services, source, run, wish),
    ]


def _read_limits(
    services: Services, source: Upstream, run: Run, wish: Wish, settings: PortalSettings
) -> list[DoisoatError]:
    if source.catalogue is None or (not wish.full and _noted_today(services, run, _SILENT)):
        return []
    task = ReadCatalogue(
        engine=services.engine,
        source=source.catalogue,
        clock=services.clock,
        progress=_unseen,
        calls_per_day=settings.lookups_per_day,
        settled=frozenset(own_limits(services.province.procedures)),
        own=frozenset(each.code for each in services.province.procedures),
        afresh=wish.full,
    )
    try:
        read_catalogue(task, run)
    except RunError:
        raise
    except DoisoatError as trouble:
        _note(services, run, _SILENT)
        return [trouble]
    return []


def _read_figures(services: Services, source: Upstream, run: Run, wish: Wish) -> list[DoisoatError]:
    """The figures of the last two months, once a day: they are revised, but not by the minute."""
    if not source.figures or (not wish.full and _noted_today(services, run, _ASKED)):
        return []
    _note(services, run, _ASKED)
    task = ReadFigures(
        engine=services.engine,
        sources=source.figures,
        directory=services.directory,
        clock=services.clock,
        progress=_unseen,
        periods=periods_of(services, thorough=False),
    )
    return list(read_figures(task, run))


def _noted_today(services: Services, run: Run, name: str) -> bool:
    today = day_start(local_day(services.clock()))
    with Session(services.engine) as session:
        return runs.has_noted(session, run.source_id, name, since=today)


def _note(services: Services, run: Run, name: str) -> None:
    """Once a day is enough, also where nothing came."""
    run.checkpoint[name] = True
    with Session(services.engine) as session, session.begin():
        runs.save(session, run, services.clock())


def _unseen(_done: int, _total: int | None) -> None:
    """A few calls after many: no bar of their own."""
