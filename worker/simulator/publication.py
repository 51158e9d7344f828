"""How the simulated procedures are published: their decisions, what they lack, the truth of it.

The cases come round in turn, so nothing here moves what a seed makes of dossiers. Days are far
enough from any limit to need no calendar: what is late is so for every calendar.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from worker.core.publication import Part, Timing
from worker.core.times import local_day
from worker.simulator.world import World

_DAY = timedelta(days=1)
_FIRST_KEY = 7001
_LONG_BEFORE = 100 * _DAY
_IN_GOOD_TIME = 60 * _DAY
_TOO_SHORT = 2 * _DAY
# More than five working days, even around Tết.
_TOO_LONG = 17 * _DAY

_STEPS: Final = frozenset({"TRINHTUTHUCHIEN"})
_AGENCY: Final = frozenset({"COQUANTHUCHIEN", "MOTACOQUANTHUCHIEN"})
_NOTHING: Final = Part(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """How one procedure is published, and what is true of it by the way it was made.

    ``key`` is the catalogue's own number of the decision, None where it names none. ``without`` are
    the fields of ``LayThuTuc`` that are sent empty, ``silent`` those that are not sent at all.
    ``announced`` and ``made_public`` are None where the province has no decision in the month.
    """

    key: str | None
    number: str = ""
    decided_on: date | None = None
    effective_on: date | None = None
    public_on: date | None = None
    by_ministry: bool = False
    without: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    announced: Timing | None = None
    made_public: Timing | None = None
    missing: Part | None = _NOTHING


class Publications:
    """How every procedure of a world is published."""

    def __init__(self, world: World) -> None:
        """Give the procedures their cases in turn; those of one case share a decision."""
        cases = _cases(world)
        codes = [each.code for each in world.frame.procedures]
        self._by_code = {code: cases[n % len(cases)] for n, code in enumerate(codes)}
        self._by_key = {each.key: each for each in cases}

    @property
    def truth(self) -> Mapping[str, Published]:
        """By procedure code."""
        return self._by_code

    def of(self, code: str) -> Published:
        """How a procedure of the world is published."""
        return self._by_code[code]

    def decision(self, key: str) -> dict[str, object] | None:
        """What ``LayQDCB`` tells of a decision; a day nobody entered is not sent."""
        told = self._by_key.get(key)
        if told is None:
            return None
        days = {
            "NGAYQUYETDINH": told.decided_on,
            "NGAYHIEULUC": told.effective_on,
            "NGAYCONGKHAI": told.public_on,
        }
        return {
            "ID": key,
            "SOQUYETDINH": told.number,
            "TENQUYETDINH": "Quyết định công bố danh mục thủ tục mẫu",
            **{name: f"{day:%d/%m/%Y}" for name, day in days.items() if day is not None},
        }


def _cases(world: World) -> tuple[Published, ...]:
    """The cases; where the month is too young for one, the procedure is published in time."""
    first = local_day(world.frame.month_start)
    usual = _decided(first)
    old = _decided(first - _LONG_BEFORE, announced=None, made_public=None)
    cases = [
        usual,
        replace(usual, effective_on=first + _TOO_SHORT, announced=Timing.LATE),
        replace(usual, effective_on=None, announced=Timing.UNTOLD),
        old,
        replace(usual, by_ministry=True, announced=None, made_public=None),
        Published(key=None, announced=Timing.UNTOLD, made_public=Timing.UNTOLD),
        replace(old, without=_STEPS, missing=Part.STEPS),
        replace(old, silent=_AGENCY, missing=None),
    ]
    if first + _TOO_LONG <= local_day(world.as_of):
        cases += [
            replace(usual, public_on=first + _TOO_LONG, made_public=Timing.LATE),
            replace(usual, public_on=None, made_public=Timing.UNTOLD),
        ]
    return tuple(_numbered(case, number) for number, case in enumerate(cases))


def _decided(
    day: date,
    announced: Timing | None = Timing.ON_TIME,
    made_public: Timing | None = Timing.ON_TIME,
) -> Published:
    """Decided long before legal effect, and made public on the next day."""
    return Published(
        key="",
        decided_on=day,
        effective_on=day + _IN_GOOD_TIME,
        public_on=day + _DAY,
        announced=announced,
        made_public=made_public,
    )


def _numbered(case: Published, number: int) -> Published:
    if case.key is None:
        return case
    sign = "QĐ-BMAU" if case.by_ministry else "QĐ-UBND"
    return replace(case, key=str(_FIRST_KEY + number), number=f"{100 + number}/{sign}")
