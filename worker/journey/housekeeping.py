"""Housekeeping by the schedule."""

from worker.bootstrap import Services
from worker.flow import Stage
from worker.journey.wish import Errand
from worker.stages.backup import Backup, backup
from worker.stages.prune import Prune, prune


def prune_now(services: Services, errand: Errand) -> None:
    """Take away what is kept for a time only and whose time is over."""
    task = Prune(
        engine=services.engine,
        retention=services.settings.retention.policy,
        now=services.clock(),
        progress=errand.progress(Stage.PRUNE),
    )
    errand.run.counts.update(prune(task))


def back_up_now(services: Services, errand: Errand) -> None:
    """Put everything aside in the data folder, and keep the latest few such files."""
    settings = services.settings
    task = Backup(
        engine=services.engine,
        folder=settings.backups_dir,
        province=settings.province.code,
        keep=settings.backup.keep,
        now=services.clock(),
        progress=errand.progress(Stage.BACKUP),
    )
    backup(task)
