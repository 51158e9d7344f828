"""Looking up on a journey: the portal's counts, then the dossiers they point at."""

from dataclasses import replace

from sqlmodel import Session

from models.types import Period, RunState
from worker.bootstrap import Services
from worker.core.look_up_plan import Appetite
from worker.db import lookups
from worker.errors import SettingsError
from worker.flow import Stage
from worker.journey.evaluating import read_evaluation
from worker.journey.parties import begin, home_ids, judge_anew, note_run, opened
from worker.journey.publishing import is_thorough, periods_of, read_counts
from worker.journey.wish import Errand, Wish
from worker.ports import Upstream
from worker.settings.model import PortalSettings
from worker.stages.look_up import LookUp, look_up


def look_up_portal(services: Services, errand: Errand) -> None:
    """Ask the portal for what matters, or for the dossiers that are named."""
    name, run = errand.name, errand.run
    wish = replace(errand.wish, codes=_all_codes(services, errand.wish))
    settings = services.settings.sources[name]
    with opened(services, name) as source:
        if source.lookups is None or not isinstance(settings, PortalSettings):
            raise SettingsError("source_without_lists", source=name)
        scope = {"unit": wish.unit, "codes": list(wish.codes)}
        partial = bool(wish.unit or wish.codes)
        begin(services, run, scope, full=wish.full, partial=partial)
        periods: tuple[Period, ...] = ()
        if source.published is not None and not wish.codes:
            periods = periods_of(services, thorough=is_thorough(services, name, wish))
        watched = errand.progress(Stage.LOOK_UP)
        trouble = read_counts(services, source, run, periods, watched)
        task = LookUp(
            engine=services.engine,
            source=source.lookups,
            source_name=name,
            home_ids=home_ids(services),
            rule="portal",
            directory=services.directory,
            judge=judge_anew(services, run.source_id, "portal"),
            clock=services.clock,
            progress=watched,
            periods=periods,
            appetite=_appetite(source, settings.sample_share, wish),
            calls_per_day=settings.lookups_per_day,
            unit=wish.unit,
            codes=wish.codes,
            trouble=trouble,
        )
        state = look_up(task, run)
        if state in (RunState.COMPLETE, RunState.INCOMPLETE) and not wish.codes:
            errand.travelled.troubles += read_evaluation(services, source, run, wish, settings)
        note_run(services, errand.travelled, name, run, state)


def _all_codes(services: Services, wish: Wish) -> tuple[str, ...]:
    """What is named, and whatever else these dossiers are called by now."""
    if not wish.codes:
        return ()
    with Session(services.engine) as session:
        return tuple(lookups.codes_borne(session, wish.codes))


def _appetite(source: Upstream, sample_share: float, wish: Wish) -> Appetite:
    """Without published counts, or where asked to, everything is looked up."""
    afresh = wish.full or sample_share >= 1
    return Appetite(
        everything=afresh or source.published is None, afresh=afresh, sample_share=sample_share
    )
