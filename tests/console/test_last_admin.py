"""Two administrators who take each other's role at one moment: one of them stays."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Barrier, BrokenBarrierError
from typing import cast

import pytest
from sqlmodel import Session

from models.roles import Role
from worker.bootstrap import Services, services
from worker.core.units import Unit, UnitDirectory
from worker.db import operators
from worker.errors import AccessError
from worker.journey.accounts import add_operator, change_operator, disable_operator
from worker.settings.model import Settings

UNIT = "H99.01"
# Long enough for the other to come as far, where nothing keeps it from that; in seconds.
_PATIENCE = 2.0


@dataclass(frozen=True)
class Meeting:
    """The province's units, told to each who asks once the other asks too, or does not come."""

    units: UnitDirectory
    barrier: Barrier

    def get(self, code: str) -> Unit | None:
        with suppress(BrokenBarrierError):
            self.barrier.wait(_PATIENCE)
        return self.units.get(code)


@dataclass(frozen=True)
class Two:
    """An installation with two administrators, who meet where each was found not to be the last."""

    services: Services
    quang: int
    binh: int

    @property
    def admins(self) -> list[int]:
        with Session(self.services.engine) as session:
            return operators.admins(session)

    def demote(self, number: int, by: str) -> object:
        return change_operator(self.services, number, Role.VIEWER, [UNIT], by)


@pytest.fixture
def two(settings: Settings) -> Iterator[Two]:
    with services(settings) as found:
        made = [
            add_operator(found, name, Role.ADMIN, (), "thử")[0].id for name in ("quang", "binh")
        ]
        directory = cast("UnitDirectory", Meeting(found.directory, Barrier(2)))
        yield Two(replace(found, directory=directory), *(each or 0 for each in made))


def at_once(*acts: Callable[[], object]) -> list[str | None]:
    """What became of acts that begin together: None, or the key of why not."""

    def tried(act: Callable[[], object]) -> str | None:
        try:
            act()
        except AccessError as error:
            return error.key
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(tried, acts))


def test_of_two_who_demote_each_other_one_stays_an_administrator(two: Two) -> None:
    became = at_once(lambda: two.demote(two.binh, "quang"), lambda: two.demote(two.quang, "binh"))
    assert sorted(map(str, became)) == ["None", "last_admin"]
    assert len(two.admins) == 1


def test_of_one_who_demotes_and_one_who_disables_one_stays(two: Two) -> None:
    became = at_once(
        lambda: two.demote(two.binh, "quang"),
        lambda: disable_operator(two.services, two.quang, "binh"),
    )
    assert sorted(map(str, became)) == ["None", "last_admin"]
    assert len(two.admins) == 1
