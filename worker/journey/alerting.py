"""Alerting on a journey: incidents after a reconciliation, the daily mail by the schedule."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlmodel import Session

from models.reconciliation import Reconciliation
from worker.bootstrap import Services
from worker.core.alerts.recipients import Recipients
from worker.core.times import local_day
from worker.db import posting
from worker.db.posting import Draft, Occasion, Write
from worker.flow import Stage
from worker.journey.letters import Desk
from worker.journey.parties import register_sources, sides_of
from worker.journey.queueing import can_be_read
from worker.journey.reminding import reminder
from worker.journey.wish import Errand
from worker.stages.alert import Alert, alert
from worker.stages.digest import Digest, write_digest


def alert_now(services: Services, errand: Errand) -> None:
    """See what became of incidents by the reconciliation just measured, and write the mails."""
    ids = register_sources(services)
    key = errand.wish.reconciliation
    with Session(services.engine, expire_on_commit=False) as session:
        row = session.get(Reconciliation, key) if key else None
    task = Alert(
        engine=services.engine,
        run=errand.run,
        reconciliation=row,
        source_ids=tuple(ids.values()),
        rereadable=frozenset(ids[name] for name in ids if can_be_read(services, name)),
        heirs=_heirs(services),
        policy=services.settings.alerts.policy,
        calendar=services.statutes.calendar,
        people=partial(people_of, services),
        write=_writer(services, errand, tuple(ids.values())),
        progress=errand.progress(Stage.ALERT),
        clock=services.clock,
    )
    errand.run.counts.update(alert(task))


def digest_now(services: Services, errand: Errand) -> None:
    """Write the daily mails."""
    ids = register_sources(services)
    province, portal = sides_of(services)
    task = Digest(
        engine=services.engine,
        run=errand.run,
        province_id=ids[province],
        portal_id=ids[portal],
        heirs=_heirs(services),
        policy=services.settings.alerts.policy,
        calendar=services.statutes.calendar,
        hours=services.statutes.hours,
        people=partial(people_of, services),
        write=_writer(services, errand, tuple(ids.values())),
        remind=partial(reminder, services) if services.settings.resend.enabled else None,
        progress=errand.progress(Stage.DIGEST),
        clock=services.clock,
    )
    errand.run.counts.update(write_digest(task))


def people_of(services: Services, session: Session) -> Recipients:
    """Who is told of what: the province's list, those whom operators entered, and the settings."""
    return Recipients(
        people=(*services.province.recipients, *posting.entered_recipients(session)),
        directory=services.directory,
        heirs=_heirs(services),
        default_to=services.settings.alerts.default_to,
    )


def _heirs(services: Services) -> Mapping[str, str]:
    return services.directory.heirs_on(local_day(services.clock()))


def _writer(services: Services, errand: Errand, source_ids: Sequence[int]) -> Write:
    """Writes the mails of the evaluation that a run makes."""

    def write(session: Session, occasion: Occasion) -> list[Draft]:
        desk = Desk(
            services=services,
            session=session,
            occasion=occasion,
            run=errand.run.id,
            source_ids=source_ids,
            heirs=_heirs(services),
        )
        return desk.write()

    return write
