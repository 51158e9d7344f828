"""Open data: every closed month as it was frozen, and the month that is still open as it stands."""

from collections.abc import Iterator

from sqlmodel import Session

from models.rates import StatementKind
from models.types import Period
from worker.bootstrap import Services
from worker.core.open_data import OpenCorrection, OpenPeriod, Publisher, State
from worker.core.statement import canonical, digest_of
from worker.core.times import month_of
from worker.db import health, statements
from worker.db.sources import identity
from worker.errors import PublicationError, StatementError
from worker.flow import Stage
from worker.journey.closing import counting
from worker.journey.parties import id_of, register_sources, sides_of
from worker.journey.wish import Errand, Watch
from worker.render.open_data.files import publication
from worker.stages.close import closed_again
from worker.stages.publish import publish


def publisher_of(services: Services) -> Publisher:
    """Who publishes: the province of the settings, and its units by their names."""
    told = services.settings.province
    names = {unit.code: unit.name for unit in services.directory.units}
    return Publisher(told.code, told.name, names)


def open_months(services: Services, month: Period, watch: Watch) -> list[OpenPeriod]:
    """What is to be published, the newest month first.

    All closed months, and ``month`` as it was last measured where it is not closed yet.

    Raises:
        NotFoundError: what was known at its cut-off has been pruned.
        StatementError: a frozen statement was changed into something else.
    """
    register_sources(services)
    found = {each.period: each for each in _closed(services)}
    if month not in found:
        still_open = _still_open(services, month, watch)
        if still_open is not None:
            found[month] = still_open
    return [found[period] for period in sorted(found, reverse=True)]


def publish_now(services: Services, errand: Errand) -> None:
    """Bring the open data in the folder of the settings up to date; what stayed is not touched.

    Raises:
        PublicationError: the settings name none any more, or it can't be written to.
        StatementError: a frozen statement was changed into something else.
    """
    folder = services.settings.publication.folder
    if folder is None:
        raise PublicationError("publication_without_folder")
    months = open_months(services, month_of(services.clock()), errand.progress)
    written = publish(folder, publication(months, publisher_of(services)))
    errand.run.counts["files_published"] = written.changed


def _closed(services: Services) -> Iterator[OpenPeriod]:
    with Session(services.engine) as session:
        for row in statements.list_rows(session, StatementKind.CLOSE):
            if not statements.is_intact(session, row):
                raise StatementError("statement_broken")
            corrections = tuple(
                OpenCorrection(each.at, each.unit, each.figure, each.before, each.after)
                for each in statements.corrections_of(session, identity(row.id))
            )
            yield OpenPeriod(
                state=State.CLOSED,
                figures=statements.content_of(row),
                digest=row.digest,
                corrections=corrections,
            )


def _still_open(services: Services, month: Period, watch: Watch) -> OpenPeriod | None:
    names = sides_of(services)
    with Session(services.engine) as session:
        pair = health.Pair(*(id_of(services, name) for name in names))
        row = health.latest(session, pair, month)
    if row is None:
        return None
    figures = closed_again(
        counting(services, row.as_of, month, watch(Stage.RECONCILE, names[1])), identity(row.id)
    )
    return OpenPeriod(
        state=State.PROVISIONAL, figures=figures, digest=digest_of(canonical(figures))
    )
