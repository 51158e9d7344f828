"""Performing a run of the queue: take it up, do its stage, say how it ended."""

from collections.abc import Callable, Mapping
from functools import partial

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from models.source import SyncRun
from models.types import RunState
from worker.bootstrap import Services, is_alive, renewed
from worker.db import runs, sources, taking
from worker.db.engine import will_pass
from worker.db.runs import Run
from worker.db.taking import Taker
from worker.errors import DoisoatError, RunError, RunStopped, StoreError
from worker.flow import WAITS_FOR, Stage
from worker.journey.alerting import alert_now, digest_now
from worker.journey.closing import close_now
from worker.journey.housekeeping import back_up_now, prune_now
from worker.journey.looking_up import look_up_portal
from worker.journey.open_data import publish_now
from worker.journey.pulling import pull_home
from worker.journey.reconciling import link_now, measure_now, reconcile_now
from worker.journey.sending_again import resend_now, watch_now
from worker.journey.telling import tell_now
from worker.journey.wish import Errand, Travelled, Watch, Wish, nobody_waits, wish_of
from worker.log import bound, logger

# A database that restarts, or is held by somebody else's long transaction, is waited for so long.
_PATIENCE = 600
_LONGEST_PAUSE = 20


def perform(
    services: Services,
    run_id: int,
    watch: Watch,
    travelled: Travelled | None = None,
    wish: Wish | None = None,
    over: Callable[[], None] = nobody_waits,
) -> bool:
    """Do one run if it is this process's turn; whether it was.

    A database that goes away in between is waited for, and the run taken up at its checkpoint.

    Args:
        services: the joined parts.
        run_id: the run.
        watch: shows how far it has come.
        travelled: collects what comes of it; None: nobody waits to read it.
        wish: what is wished for now, where that may be more than the run was entered for.
        over: called where the run has ended while something is still read beside it.

    Raises:
        DoisoatError: it failed; the run says so too.
    """
    once = partial(_perform_once, services, run_id, watch, travelled, wish, over)
    return bool(patiently()(once))


def patiently() -> Retrying:
    """Tries again while the database is away."""
    return Retrying(
        retry=retry_if_exception(_is_passing),
        wait=wait_random_exponential(multiplier=0.2, max=_LONGEST_PAUSE),
        stop=_is_worn_out,
        before_sleep=lambda state: logger().warning("store_away", attempt=state.attempt_number),
        reraise=True,
    )


def _is_worn_out(state: RetryCallState) -> bool:
    """What counts is how long was waited: a run may have worked for hours before."""
    return state.idle_for >= _PATIENCE


def _is_passing(error: BaseException) -> bool:
    away = isinstance(error, StoreError) and error.key == "store_unreachable"
    return away or (isinstance(error, DBAPIError) and will_pass(error))


def taker_of(services: Services) -> Taker:
    """This process, as one that takes runs up."""
    return Taker(
        owner=services.owner,
        is_alive=is_alive,
        lease=services.settings.runs.lease,
        stages=_STAGES.keys(),
        waits=WAITS_FOR,
    )


def _perform_once(
    services: Services,
    run_id: int,
    watch: Watch,
    travelled: Travelled | None,
    wish: Wish | None,
    over: Callable[[], None],
) -> bool:
    with Session(services.engine) as session, session.begin():
        run = taking.take(session, run_id, taker_of(services), services.clock())
        if run is None:
            return False
        if wish is not None:
            taking.serve(session, run, wish.stored())
        row = session.get_one(SyncRun, run_id)
        wanted = wish_of(row.wish, row.trigger, row.by, row.reason)
        names = sources.source_names(session)
        name, stage = names.get(run.source_id, ""), Stage(row.stage)
    errand = Errand(
        run=run,
        name=name,
        wish=wanted,
        watch=watch,
        heed=partial(_heed, services, run),
        travelled=Travelled() if travelled is None else travelled,
        is_read=travelled is not None,
        over=over,
    )
    with bound(run=run_id, source=name, stage=stage.value):
        _do(services, stage, errand)
    return True


def _heed(services: Services, run: Run) -> None:
    """Look whether the run is to stop, and show that it lives where its stage doesn't by itself.

    What computes over the whole store writes in one transaction: on the embedded database nobody
    else can write meanwhile, not even that.
    """
    with Session(services.engine) as session, session.begin():
        runs.heed(session, run)
        if not run.source_id and services.engine.dialect.name == "postgresql":
            runs.save(session, run, services.clock())


def _do(services: Services, stage: Stage, errand: Errand) -> None:
    logger().info("run_began", resumed=errand.run.resumed)
    try:
        # Limits and names that another stage has read are what this one counts by.
        _STAGES[stage](renewed(services), errand)
    except RunStopped as stopped:
        _let_go(services, errand, stopped)
    except KeyboardInterrupt:
        _end(services, errand, RunState.INTERRUPTED)
        raise
    except DoisoatError as error:
        _fail(services, errand, error)
        raise
    except Exception as error:
        if not _is_passing(error):
            _break_off(services, errand)
        raise
    else:
        _end(services, errand, RunState.COMPLETE)


def _fail(services: Services, errand: Errand, error: DoisoatError) -> None:
    """One that was taken over is its new process's to end."""
    if isinstance(error, RunError):
        logger().warning("run_taken_over")
    else:
        _end(services, errand, RunState.FAILED, error)


def _let_go(services: Services, errand: Errand, stopped: RunStopped) -> None:
    cancelled = stopped.key == "run_cancel"
    now = services.clock()
    with Session(services.engine) as session, session.begin():
        (taking.give_up if cancelled else taking.release)(session, errand.run, now)
    logger().info("run_cancelled" if cancelled else "run_released")
    if errand.name:
        errand.travelled.states[errand.name] = RunState.CANCELLED


def _break_off(services: Services, errand: Errand) -> None:
    """A mistake of ours: the trace stands in the log, the run says where to look."""
    logger().exception("run_broke")
    error = DoisoatError("run_broke", run=errand.run.id)
    _end(services, errand, RunState.FAILED, error)


def _end(
    services: Services, errand: Errand, state: RunState, error: DoisoatError | None = None
) -> None:
    """End a run whose stage did not do so itself."""
    with Session(services.engine) as session, session.begin():
        row = session.get_one(SyncRun, errand.run.id)
        if row.state is RunState.RUNNING:
            runs.finish(session, errand.run, state, services.clock(), error)


_STAGES: Mapping[Stage, Callable[[Services, Errand], None]] = {
    Stage.PULL: pull_home,
    Stage.LOOK_UP: look_up_portal,
    Stage.LINK: link_now,
    Stage.RECONCILE: reconcile_now,
    Stage.MEASURE: measure_now,
    Stage.CLOSE: close_now,
    Stage.PRUNE: prune_now,
    Stage.BACKUP: back_up_now,
    Stage.ALERT: alert_now,
    Stage.DIGEST: digest_now,
    Stage.PUBLISH: publish_now,
    Stage.RESEND: resend_now,
    Stage.WATCH: watch_now,
    Stage.TELL: tell_now,
}
