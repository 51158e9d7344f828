"""Looking up on a journey: the portal's counts, then the dossiers they point at."""

from models.types import Period, RunState, Side
from worker.bootstrap import Services
from worker.core.look_up_plan import Appetite
from worker.flow import Stage
from worker.journey.evaluating import read_evaluation
from worker.journey.parties import claim, home_ids, judge_anew, note_run, opened, pass_over
from worker.journey.publishing import is_thorough, periods_of, read_counts
from worker.journey.wish import Travelled, Watch, Wish
from worker.ports import Upstream
from worker.settings.model import PortalSettings
from worker.stages.look_up import LookUp, look_up


def look_up_portal(services: Services, wish: Wish, watch: Watch, travelled: Travelled) -> None:
    """Ask the portal for what matters; one that is only imported from files is not asked."""
    name, settings = services.settings.source_on(Side.PORTAL)
    with opened(services, name) as source:
        if source.lookups is None or not isinstance(settings, PortalSettings):
            pass_over(services, name)
            return
        scope = {"unit": wish.unit}
        run = claim(services, name, Stage.LOOK_UP, wish, full=wish.full, scope=scope)
        periods: tuple[Period, ...] = ()
        if source.published is not None:
            periods = periods_of(services, thorough=is_thorough(services, name, wish))
        trouble = read_counts(services, source, run, periods, watch(Stage.LOOK_UP, name))
        task = LookUp(
            engine=services.engine,
            source=source.lookups,
            source_name=name,
            home_ids=home_ids(services),
            rule="portal",
            directory=services.directory,
            judge=judge_anew(services, run.source_id, "portal"),
            clock=services.clock,
            progress=watch(Stage.LOOK_UP, name),
            periods=periods,
            appetite=_appetite(source, settings.sample_share, wish),
            calls_per_day=settings.lookups_per_day,
            unit=wish.unit,
            trouble=trouble,
        )
        state = look_up(task, run)
        if state in (RunState.COMPLETE, RunState.INCOMPLETE):
            travelled.troubles += read_evaluation(services, source, run, wish, settings)
        note_run(services, travelled, name, run, state)


def _appetite(source: Upstream, sample_share: float, wish: Wish) -> Appetite:
    """Without published counts, or where asked to, everything is looked up."""
    afresh = wish.full or sample_share >= 1
    return Appetite(
        everything=afresh or source.published is None, afresh=afresh, sample_share=sample_share
    )
