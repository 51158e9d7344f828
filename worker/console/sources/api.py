"""``/api/v1/sources``: the sources, their settings without secrets, whether they answer."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query

from models.roles import Role
from worker.console.asking import Joint, Operates, SeesAll
from worker.console.calls import FAULTS, Listing, Told
from worker.console.sources import shown
from worker.console.sources.shown import Setting, SourceTold, TriedPart
from worker.console.sources.trial import tried_by

router = APIRouter(prefix="/api/v1/sources", tags=["sources"], responses={**FAULTS})

Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Name = Annotated[str, Path(min_length=1, max_length=40)]


class SourceInFull(SourceTold):
    """A source with its settings; None for accounts that don't operate."""

    settings: Sequence[Setting] | None


class Trial(Told):
    """What came of asking for everything a source offers; nothing where it only takes files."""

    source: str
    parts: Sequence[TriedPart]


@router.get("")
def list_sources(
    _who: SeesAll, services: Joint, limit: Limit = 100, offset: Offset = 0
) -> Listing[SourceTold]:
    """The configured sources, the age of their data, what can't be read of them."""
    found = shown.sources_told(services)
    return Listing(total=len(found), items=found[offset : offset + limit])


@router.get("/{name}")
def read_source(who: SeesAll, services: Joint, name: Name) -> SourceInFull:
    """One source."""
    told = shown.source_told(services, name)
    source = services.settings.sources[name]
    keys = shown.settings_told(source) if who.may(Role.OPERATOR) else None
    return SourceInFull(**told.model_dump(), settings=keys)


@router.post("/{name}/test")
def try_source_connection(who: Operates, services: Joint, name: Name) -> Trial:
    """Ask a source for the least of all it offers, for about twenty seconds at most."""
    return Trial(source=name, parts=tried_by(services, who, name))
