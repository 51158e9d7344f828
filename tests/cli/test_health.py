"""``doisoat health``: the table people read and the figures programs read."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from models.figure import PublishedFigure
from models.rates import Indicator
from models.reconciliation import Reconciliation, SyncHealth
from models.source import SyncRun
from tests.cli.conftest import Done, Office, doisoat
from tests.places import JULY, opened
from worker.core.times import VIETNAM
from worker.db import health, indicators
from worker.journey import pairs_of
from worker.settings.load import load_settings
from worker.stages.measure import Measure, measure

SEEN = datetime(2024, 7, 24, 9, tzinfo=UTC)


class Watched:
    """A copy of the office with its reconciliation measured, as a journey would have."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = load_settings(folder / "doisoat.toml", environment={}, working_folder=folder)
        with opened(settings) as found:
            sides = next(iter(pairs_of(found, found.clock()).values()))
            with Session(found.engine) as session:
                pair = (sides.province_id, sides.portal_id)
                rows = session.exec(select(Reconciliation)).all()
                self.key = next(
                    each.id or 0
                    for each in rows
                    if (each.province_source_id, each.portal_source_id) == pair
                )
            task = Measure(
                engine=found.engine,
                reconciliation=self.key,
                sides=sides,
                period=JULY,
                directory=found.directory,
                calendar=found.statutes.calendar,
                hours=found.statutes.hours,
                progress=lambda _done, _total: None,
                clock=found.clock,
            )
            measure(task)
            with Session(found.engine) as session, session.begin():
                session.add_all(_published(session, sides.portal_id))

    def do(self, *arguments: str, language: str = "vi") -> Done:
        environment = {"DOISOAT_LANGUAGE": language}
        return doisoat(self.folder, "health", *arguments, environment=environment)

    def change(self, unit: str, **figures: int) -> None:
        """Set figures of one unit's row."""
        settings = load_settings(
            self.folder / "doisoat.toml", environment={}, working_folder=self.folder
        )
        with opened(settings) as found, Session(found.engine) as session, session.begin():
            row = session.get(SyncHealth, (self.key, unit))
            assert row is not None
            for name, value in figures.items():
                setattr(row, name, value)
            session.add(row)


def _published(session: Session, portal_id: int) -> list[PublishedFigure]:
    run = session.exec(select(SyncRun).where(SyncRun.source_id == portal_id)).first()
    assert run is not None
    assert run.id is not None
    counts = {
        "": (11_640, 12_000),
        "H51.12": (97, 100),
        "H51.13": (0, 0),
    }
    return [
        PublishedFigure(
            source_id=portal_id,
            run_id=run.id,
            generation="reporting",
            period_from=JULY.first,
            period_to=JULY.last,
            unit=unit,
            group="CKMB",
            metric=metric,
            observed_at=SEEN,
            numerator=synced,
            denominator=due,
        )
        for unit, (synced, due) in counts.items()
        for metric in ("DOSSIER_SYNC", "PUBLIC_CONTENT_FULL")
    ]


@pytest.fixture(scope="module")
def watched(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Watched:
    folder = tmp_path_factory.mktemp("watched") / "office"
    shutil.copytree(office.as_pulled, folder)
    return Watched(folder)


def line(done: Done, name: str) -> str:
    (found,) = (each for each in done.out.splitlines() if each.startswith(name))
    return " ".join(found.split())


def test_the_json_has_plain_numbers_for_every_unit_and_the_whole(watched: Watched) -> None:
    report = watched.do("--json").json
    assert report["as_of"] == "2024-07-24T16:00:00+07:00"
    assert report["period"] == {"from": "2024-07-01", "to": "2024-07-31"}
    assert report["total"] == len(report["items"]) == 27
    assert report["readings"] == {"count": 1, "usual_gap": None}
    names = {"received", "on_portal", "events_told", "open_discrepancies", "filed_online"}
    for name in names:
        parts = sum(item[name] for item in report["items"])
        assert report["totals"][name] == parts > 0
    assert report["totals"]["lag_p50"] is None
    whole, one = report["totals"], next(i for i in report["items"] if i["code"] == "H51.12")
    assert (whole["portal_synced"], whole["portal_due"]) == (11_640, 12_000)
    assert (one["portal_synced"], one["portal_due"]) == (97, 100)


def test_our_rate_is_that_of_the_reconciliation(watched: Watched, office: Office) -> None:
    ours = {item["code"]: item for item in watched.do("--json").json["items"]}
    for unit in office.do("reconcile", "--json").json["units"]:
        item = ours[unit["code"]]
        assert (item["received"], item["on_portal"]) == (unit["received"], unit["on_portal"])


def test_the_table_tells_both_rates_and_what_they_rest_on(watched: Watched) -> None:
    watched.change(
        "H51.12",
        received=200,
        on_portal=197,
        lag_samples=20,
        lag_waiting=3,
        lag_p50=8100,
        lag_p95=270_000,
        events_told=50,
        events_missing=2,
        open_discrepancies=4,
        age_p50=3600,
        age_max=172_800,
        filed_online=40,
        received_late=1,
    )
    watched.change("", lag_samples=20)
    done = watched.do()
    assert done.code == 0
    assert line(done, "Sở Nội vụ") == (
        "Sở Nội vụ 98,5 % 197/200 97 % 2 giờ 15 phút 3 ngày 3 giờ 3 4 % 4 1 giờ; 2 ngày 97,5 %"
    )
    told = " ".join(done.out.split())
    assert "Toàn tỉnh: Cổng công bố đã đồng bộ 11.640/12.000 hồ sơ (97 %)." in told
    one = " ".join(watched.do("--unit", "H51.12").out.split())
    assert "Sở Nội vụ: Cổng công bố đã đồng bộ 97/100 hồ sơ (97 %)." in one
    assert "Thời điểm chốt số liệu: 16:00 24/7/2024." in told
    assert "Cổng không cho biết đã nhận lúc nào, nên độ trễ thật không lớn hơn số này." in told
    assert "Trong kỳ, số lần Cổng được đọc đầy đủ: 1." in told


def test_a_unit_that_received_nothing_has_no_rate_and_stands_last(watched: Watched) -> None:
    done = watched.do()
    rows = [each.split("  ")[0] for each in done.out.splitlines()]
    assert rows.index("Sở Tài chính") > rows.index("Sở Nội vụ")
    assert "Không có hồ sơ" in line(done, "Sở Tài chính")
    assert " 0 % " not in line(done, "Sở Tài chính")


def test_the_worst_unit_stands_first(watched: Watched) -> None:
    report = watched.do("--json").json
    with_rate = [each for each in report["items"] if each["received"]]
    rates = {each["name"]: each["on_portal"] / each["received"] for each in with_rate}
    shown = [each.split("  ")[0].strip() for each in watched.do().out.splitlines()]
    listed = [name for name in shown if name in rates]
    assert len(listed) > 10
    assert [rates[name] for name in listed] == sorted(rates[name] for name in listed)


def test_one_unit_may_be_asked_for_by_name(watched: Watched) -> None:
    report = watched.do("--unit", "mỹ tú", "--json").json
    assert [item["code"] for item in report["items"]] == ["H51.35"]
    assert report["totals"] == report["items"][0]
    assert "Toàn tỉnh" not in watched.do("--unit", "mỹ tú").out
    whole = watched.do("--unit", "H51", "--json").json
    assert whole["total"] == 27


def test_a_period_without_figures_is_one_sentence(watched: Watched) -> None:
    assert watched.do("--period", "2024-07", "--json").json["total"] == 27
    done = watched.do("--period", "2024-06")
    assert (done.code, len(done.out.splitlines())) == (0, 1)
    assert "2024-06" in done.out
    assert watched.do("--period", "2024-06", "--json").json == {"total": 0, "items": []}


def test_before_anything_was_measured_it_says_what_to_do(office: Office, tmp_path: Path) -> None:
    for name in ("doisoat.toml", "password"):
        shutil.copy(office.folder / name, tmp_path / name)
    done = doisoat(tmp_path, "health")
    assert done.code == 1
    assert "doisoat sync --wait" in done.err
    assert len(done.err.splitlines()) == 1


def test_english_speaks_english(watched: Watched) -> None:
    assert "No dossiers" in watched.do(language="en").out


def test_several_readings_tell_how_far_they_lie_apart(watched: Watched) -> None:
    settings = load_settings(
        watched.folder / "doisoat.toml", environment={}, working_folder=watched.folder
    )
    with opened(settings) as found, Session(found.engine) as session, session.begin():
        row = session.get(Reconciliation, watched.key)
        assert row is not None
        last = session.exec(
            select(SyncRun).where(SyncRun.source_id == row.portal_source_id)
        ).first()
        assert last is not None
        again = last.model_dump(exclude={"id"})
        for hours in (24, 48):
            begun = last.started_at - timedelta(hours=hours)
            session.add(SyncRun(**(again | {"started_at": begun, "ended_at": begun})))
        readings = health.readings_of(session, row.portal_source_id, row.as_of)
    assert readings.begun[-1].astimezone(VIETNAM).hour == 16
    told = " ".join(watched.do().out.split())
    assert "Trong kỳ, Cổng được đọc đầy đủ 3 lần, thường cách nhau 1 ngày." in told


def test_the_rates_of_both_sides_stand_beside_the_health_of_a_unit(
    watched: Watched, office: Office
) -> None:
    report = watched.do("--json").json
    told = {item["code"]: item for item in report["items"]}
    for unit in office.do("reconcile", "--json").json["units"]:
        rates = {each["indicator"]: each for each in told[unit["code"]]["indicators"]}
        assert list(rates) == [each.value for each in Indicator]
        synced, in_time = rates["SYNC"]["portal"], rates["ON_TIME"]["province"]
        assert (synced["numerator"], synced["denominator"]) == (unit["on_portal"], unit["received"])
        assert in_time["denominator"] - in_time["numerator"] == unit["late_province"]
        assert rates["SYNC"]["province"] is rates["RECEPTION"]["portal"] is None
    filed = [each["indicators"][2] for each in (report["totals"], *report["items"])]
    assert {each["code"] for each in filed} == {"3.3"}
    for side in ("province", "portal"):
        whole, *units = (each[side] for each in filed)
        for name in ("numerator", "denominator", "untold"):
            assert whole[name] == sum(each[name] for each in units)
        assert 0 < whole["numerator"] < whole["denominator"]


def test_the_table_of_rates_is_of_the_unit_that_was_asked_for(watched: Watched) -> None:
    report = watched.do("--unit", "H51.12", "--json").json
    told = next(i for i in report["totals"]["indicators"] if i["indicator"] == "ON_TIME")
    done = watched.do("--unit", "H51.12")
    assert "Sở Nội vụ: các chỉ số 766 đếm từ hồ sơ" in done.out
    row = line(done, "2.1")
    for side in ("province", "portal"):
        assert f"{told[side]['numerator']}/{told[side]['denominator']}" in row
    assert "Toàn tỉnh: các chỉ số 766 đếm từ hồ sơ" in watched.do().out


def test_what_was_measured_without_rates_shows_none(watched: Watched) -> None:
    settings = load_settings(
        watched.folder / "doisoat.toml", environment={}, working_folder=watched.folder
    )
    with opened(settings) as found:
        with Session(found.engine) as session, session.begin():
            kept = indicators.of(session, watched.key)
            indicators.store(session, watched.key, {})
        done = watched.do()
        with Session(found.engine) as session, session.begin():
            indicators.store(session, watched.key, kept)
    assert kept
    assert done.code == 0
    assert "766" not in done.out
