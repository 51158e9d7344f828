"""What may be asked for: a reading of everything new, since a day, of all, of single dossiers."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Field, model_validator

from worker.bootstrap import Services
from worker.console.calls import Wanted
from worker.console.written import LONGEST, written
from worker.core.access import Who
from worker.core.codes import MAX_CODE, dossier_code
from worker.core.privacy import excerpt
from worker.errors import DataError, NotFoundError
from worker.journey.wish import Wish

MOST_DOSSIERS: Final = 500
# Before this day nothing was kept in electronic form.
EARLIEST: Final = date(2000, 1, 1)


def _readable(code: str) -> str:
    try:
        return dossier_code(code)
    except DataError as error:
        raise ValueError(error.key) from None


def _told(reason: str) -> str:
    """A reason as it is kept: one line, without personal data."""
    kept = written(reason)
    if kept is None:
        message = "reason_missing"
        raise ValueError(message)
    return kept


Code = Annotated[str, Field(max_length=MAX_CODE), AfterValidator(_readable)]
Reason = Annotated[str, Field(min_length=1, max_length=LONGEST), AfterValidator(_told)]


class BecauseWanted(Wanted):
    """Why something is done to a run."""

    reason: Reason


class SyncWanted(Wanted):
    """A reading, as ``sync`` takes it; without ``since``, ``full`` and ``dossiers`` what changed.

    ``source``: only that one. ``unit``: look-ups on the portal for this unit alone.
    ``since``: everything received from this day on. ``pull_only``: nothing is reconciled after it.
    """

    reason: Reason
    source: str | None = Field(default=None, max_length=100)
    unit: str | None = Field(default=None, max_length=200)
    since: date | None = Field(default=None, ge=EARLIEST)
    full: bool = False
    pull_only: bool = False
    dossiers: Sequence[Code] = Field(default=(), max_length=MOST_DOSSIERS)

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if sum((self.since is not None, self.full, bool(self.dossiers))) > 1:
            message = "since, full, dossiers: one of them"
            raise ValueError(message)
        return self


def wish_from(services: Services, who: Who, wanted: SyncWanted) -> Wish:
    """What is asked for, as the journey takes it.

    Raises:
        NotFoundError: the source is not configured, or the unit not listed.
    """
    if wanted.source is not None and wanted.source not in services.settings.sources:
        raise NotFoundError("source_unknown", source=excerpt(wanted.source))
    return Wish(
        source=wanted.source,
        unit=None if wanted.unit is None else _unit(services, wanted.unit),
        since=wanted.since,
        full=wanted.full,
        pull_only=wanted.pull_only,
        codes=tuple(sorted(set(wanted.dossiers))),
        by=who.name,
        reason=wanted.reason,
    )


def _unit(services: Services, code: str) -> str:
    found = services.directory.get(code)
    if found is None:
        raise NotFoundError("unit_not_found", unit=excerpt(code))
    return found.code
