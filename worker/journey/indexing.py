"""The index of a period joined from what the services know."""

from datetime import datetime

from models.types import Period
from worker.bootstrap import Services
from worker.core.index.values import Origin
from worker.db.health import Pair
from worker.journey.parties import pairs_of, sides_of
from worker.sources.index_rules import NATIONAL_MEAN, read_index_rules, read_reference_figures
from worker.stages.evaluate import Evaluate


def evaluating(
    services: Services, period: Period, as_of: datetime, first: Origin = Origin.PUBLISHED
) -> Evaluate:
    """The task of evaluating a period; ``first`` counts where there is both printed and published.

    Raises:
        ReferenceError: The rules or the figures that come with the program can't be read.
    """
    sides = pairs_of(services, as_of)[sides_of(services)]
    return Evaluate(
        engine=services.engine,
        code=services.settings.province.code,
        province=services.province,
        directory=services.directory,
        rules=read_index_rules(),
        pair=Pair(sides.province_id, sides.portal_id),
        period=period,
        as_of=as_of,
        calendar=services.statutes.calendar,
        national=[each for each in read_reference_figures() if each.unit == NATIONAL_MEAN],
        first=first,
    )
