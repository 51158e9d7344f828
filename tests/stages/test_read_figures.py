"""Public figures are kept under their own unit or not at all, and what came is kept."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from models.figure import PublishedFigure
from models.source import Quarantine
from models.types import Period, RunState, Unreadable
from tests.places import JULY
from tests.stores import rows_of
from tests.works import Works
from worker.core.units import UnitDirectory, alias_key
from worker.db import runs
from worker.db.runs import Run
from worker.errors import (
    DoisoatError,
    LoginRefused,
    PermanentError,
    UpstreamContractError,
    UpstreamUnavailable,
)
from worker.ports import Figure, Figures
from worker.stages.read_figures import ReadFigures, read_figures

JUNE = Period(date(2024, 6, 1), date(2024, 6, 30))
DOWN = UpstreamUnavailable("upstream_unavailable", source="cong", detail="HTTP 403")
ODD = UpstreamContractError("upstream_contract", source="cong", detail="page repeated")

WHOLE = Figure(code=None, name=None, group="CKMB", metric="DOSSIER_SYNC", ratio="97.0")
UNIT = replace(WHOLE, code="H99.01", name="Sở Thử Nghiệm", numerator=39, denominator=40)


@dataclass
class Bulletin:
    """A FigureSource in memory. ``raises`` is raised at every question."""

    told: tuple[Figure, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    troubles: tuple[DoisoatError, ...] = ()
    raises: DoisoatError | None = None
    generation: str = "reporting"
    asked: list[Period] = field(default_factory=list)

    def check(self) -> None:
        """Nothing to check."""

    def close(self) -> None:
        """Nothing to close."""

    def figures(self, period: Period) -> Figures:
        self.asked.append(period)
        if self.raises is not None:
            raise self.raises
        return Figures(self.generation, period, self.told, self.unreadable, self.troubles)


def read(
    works: Works, *sources: Bulletin, periods: tuple[Period, ...] = (JULY,)
) -> tuple[tuple[DoisoatError, ...], Run, list[tuple[int, int | None]]]:
    heard: list[tuple[int, int | None]] = []
    task = ReadFigures(
        engine=works.engine,
        sources=sources,
        directory=works.directory,
        clock=lambda: works.now,
        progress=lambda done, total: heard.append((done, total)),
        periods=periods,
    )
    run = works.claim(works.portal_id, "look_up")
    troubles = read_figures(task, run)
    with Session(works.engine) as session, session.begin():
        runs.finish(session, run, RunState.COMPLETE, works.now)
    return troubles, run, heard


def kept(works: Works) -> dict[tuple[str, str], str | None]:
    return {(each.unit, each.metric): each.ratio for each in rows_of(works.engine, PublishedFigure)}


def test_figures_are_kept_with_their_period_source_and_instant(works: Works) -> None:
    troubles, run, _ = read(works, Bulletin((WHOLE, UNIT)))
    assert troubles == ()
    whole, unit = rows_of(works.engine, PublishedFigure)
    assert (whole.unit, unit.unit) == ("", "H99.01")
    assert (unit.period_from, unit.period_to) == (JULY.first, JULY.last)
    assert (unit.source_id, unit.run_id, unit.generation) == (works.portal_id, run.id, "reporting")
    assert unit.observed_at == works.now
    assert (unit.numerator, unit.denominator, unit.ratio, unit.score) == (39, 40, "97.0", None)
    assert run.counts["figures"] == 2


def test_only_what_changed_is_kept_again(works: Works) -> None:
    read(works, Bulletin((WHOLE, UNIT)))
    works.now += timedelta(days=1)
    read(works, Bulletin((WHOLE, replace(UNIT, ratio="98"))))
    shown = [(each.unit, each.ratio) for each in rows_of(works.engine, PublishedFigure)]
    assert shown == [("", "97.0"), ("H99.01", "97.0"), ("H99.01", "98")]


@pytest.mark.parametrize(
    ("code", "name"),
    [("000.00.01.H99", None), (None, "SỞ THỬ NGHIỆM"), ("G17", "Sở Thử nghiệm tỉnh")],
)
def test_a_unit_is_found_by_code_in_either_form_else_by_name(
    works: Works, code: str | None, name: str | None
) -> None:
    read(works, Bulletin((replace(UNIT, code=code, name=name),)))
    assert list(kept(works)) == [("H99.01", "DOSSIER_SYNC")]


@pytest.mark.parametrize(
    ("code", "name"),
    [("H99.77", "Sở Không Có"), (None, "Sở Không Có"), ("H99.01.03", "Phòng Một Cửa")],
)
def test_a_unit_nobody_listed_is_kept_aside_and_never_booked_to_another(
    works: Works, code: str | None, name: str | None
) -> None:
    troubles, _, _ = read(works, Bulletin((replace(UNIT, code=code, name=name), WHOLE)))
    assert troubles == ()
    assert list(kept(works)) == [("", "DOSSIER_SYNC")]
    (aside,) = rows_of(works.engine, Quarantine)
    assert aside.reason == "unit_unknown"
    assert str(name) in aside.raw


def test_an_unknown_unit_is_one_row_until_somebody_knows_it(works: Works) -> None:
    stranger = replace(UNIT, code=None, name="Sở Không Có")
    read(works, Bulletin((stranger, replace(stranger, metric="SCORE"))))
    works.now += timedelta(days=1)
    read(works, Bulletin((replace(stranger, numerator=38),)))
    (aside,) = rows_of(works.engine, Quarantine)
    assert aside.detail == "Sở Không Có"
    works.directory = UnitDirectory(works.directory.units, {alias_key("Sở Không Có"): "H99.01"})
    read(works, Bulletin((stranger,)))
    (aside,) = rows_of(works.engine, Quarantine)
    assert aside.solved_at == works.now
    assert list(kept(works)) == [("H99.01", "DOSSIER_SYNC")]


def test_what_is_mended_leaves_the_quarantine_once_everything_came(works: Works) -> None:
    odd = Unreadable(reason="figure_unreadable", detail="ratio", raw='{"ratio": "x"}')
    read(works, Bulletin((WHOLE,), unreadable=(odd,)))
    read(works, Bulletin((WHOLE,), troubles=(ODD,)))
    assert [each.solved_at for each in rows_of(works.engine, Quarantine)] == [None]
    read(works, Bulletin((WHOLE,)))
    assert [each.solved_at for each in rows_of(works.engine, Quarantine)] == [works.now]


def test_two_rows_for_one_metric_are_not_guessed_between(works: Works) -> None:
    twice = replace(UNIT, code=None, ratio="12")
    read(works, Bulletin((UNIT, twice, replace(UNIT, procedure="1.001193"))))
    assert kept(works) == {("H99.01", "DOSSIER_SYNC"): "97.0"}
    assert [each.procedure for each in rows_of(works.engine, PublishedFigure)] == ["", "1.001193"]
    assert [each.reason for each in rows_of(works.engine, Quarantine)] == ["figure_twice"]


def test_what_the_source_could_not_read_is_kept_aside(works: Works) -> None:
    odd = Unreadable(reason="figure_unreadable", detail="ratio", raw='{"ratio": "x"}')
    read(works, Bulletin((WHOLE,), unreadable=(odd,)))
    assert [each.reason for each in rows_of(works.engine, Quarantine)] == ["figure_unreadable"]
    assert list(kept(works)) == [("", "DOSSIER_SYNC")]


def test_what_came_is_kept_and_what_did_not_is_told(works: Works) -> None:
    troubles, _, _ = read(works, Bulletin((WHOLE,), troubles=(ODD,)))
    assert troubles == (ODD,)
    assert list(kept(works)) == [("", "DOSSIER_SYNC")]


def test_a_source_that_is_down_is_not_asked_for_more_but_the_other_is(works: Works) -> None:
    for silent in (Bulletin(raises=DOWN), Bulletin((UNIT,), troubles=(DOWN,))):
        other = Bulletin((WHOLE,), generation="legacy")
        troubles, _, _ = read(works, silent, other, periods=(JULY, JUNE))
        assert troubles == (DOWN,)
        assert silent.asked == [JULY]
        assert other.asked == [JULY, JUNE]


def test_an_odd_answer_for_one_month_does_not_cost_the_next(works: Works) -> None:
    source = Bulletin(raises=ODD)
    troubles, _, heard = read(works, source, periods=(JULY, JUNE))
    assert troubles == (ODD,)
    assert source.asked == [JULY, JUNE]
    assert heard == [(1, 2), (2, 2)]


@pytest.mark.parametrize(
    "fault",
    [
        LoginRefused("upstream_login_refused", source="cong", detail="HTTP 401"),
        PermanentError("published_needs_month", source="cong", first="", last=""),
    ],
)
def test_what_a_person_must_mend_is_raised(works: Works, fault: DoisoatError) -> None:
    with pytest.raises(type(fault)):
        read(works, Bulletin(raises=fault))


def test_the_two_generations_stand_side_by_side(works: Works) -> None:
    read(works, Bulletin((WHOLE,)), Bulletin((replace(WHOLE, ratio="96"),), generation="legacy"))
    shown = {each.generation: each.ratio for each in rows_of(works.engine, PublishedFigure)}
    assert shown == {"reporting": "97.0", "legacy": "96"}
