"""The form by which a reading is started, as it was filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Final

from pydantic import BaseModel, Field

from worker.console.pasted import fault_of
from worker.console.runs.wanted import EARLIEST, MOST_DOSSIERS, SyncWanted
from worker.console.written import LONGEST, written
from worker.core.codes import pasted_codes
from worker.i18n import text

LONGEST_LIST: Final = 50_000

_LONGEST_NAME = 100


class Extent(StrEnum):
    """How much is read."""

    CHANGES = "changes"
    SINCE = "since"
    FULL = "full"
    DOSSIERS = "dossiers"


class StartForm(BaseModel):
    """The fields as they were sent; ``key`` is that of the page they come from."""

    key: str = Field(default="", max_length=_LONGEST_NAME)
    source: str = Field(default="", max_length=_LONGEST_NAME)
    unit: str = Field(default="", max_length=_LONGEST_NAME)
    extent: str = Field(default=Extent.CHANGES, max_length=20)
    since: str = Field(default="", max_length=20)
    dossiers: str = Field(default="", max_length=LONGEST_LIST)
    pull_only: str = Field(default="", max_length=5)
    reason: str = Field(default="", max_length=LONGEST)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form asks for, or by field what is wrong with it, in sentences."""

    wanted: SyncWanted | None
    faults: Mapping[str, str]


def filled_in(asked: Mapping[str, str], key: str) -> StartForm:
    """The form as the address fills it in."""
    dossiers = asked.get("dossiers", "")[:LONGEST_LIST]
    extent = asked.get("extent", "")
    usual = Extent.DOSSIERS if dossiers else Extent.CHANGES
    return StartForm(
        key=key,
        source=asked.get("source", "")[:_LONGEST_NAME],
        unit=asked.get("unit", "")[:_LONGEST_NAME],
        extent=extent if extent in set(Extent) else usual,
        dossiers=dossiers,
    )


def read_form(form: StartForm) -> Filled:
    """What is asked for; a field that the chosen extent does not need is not looked at."""
    pasted = pasted_codes(form.dossiers if form.extent == Extent.DOSSIERS else "")
    since = _day(form.since) if form.extent == Extent.SINCE else None
    faults = {
        "extent": None if form.extent in set(Extent) else _said("extent"),
        "since": _said("since") if form.extent == Extent.SINCE and since is None else None,
        "dossiers": fault_of(pasted, MOST_DOSSIERS) if form.extent == Extent.DOSSIERS else None,
        "reason": None if written(form.reason) else _said("reason"),
    }
    told = {field: fault for field, fault in faults.items() if fault is not None}
    return Filled(None if told else _wanted(form, since, pasted.codes), told)


def key_of(form: StartForm, wanted: SyncWanted) -> str:
    """What tells one form sent twice from two forms."""
    return sha256(f"{form.key} {wanted.model_dump_json()}".encode()).hexdigest()


def _wanted(form: StartForm, since: date | None, codes: Sequence[str]) -> SyncWanted:
    return SyncWanted(
        reason=form.reason,
        source=form.source or None,
        unit=form.unit or None,
        since=since,
        full=form.extent == Extent.FULL,
        pull_only=bool(form.pull_only),
        dossiers=codes,
    )


def _day(told: str) -> date | None:
    try:
        day = date.fromisoformat(told)
    except ValueError:
        return None
    return day if day >= EARLIEST else None


def _said(key: str) -> str:
    return text(f"pages.runs.fault.{key}")
