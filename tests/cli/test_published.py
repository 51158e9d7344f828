"""``published`` shows what the portal shows, digit by digit, its sync rate beside ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, delete, func, select

from models.figure import PublishedFigure
from models.reconciliation import Reconciliation, SyncHealth
from models.types import Trigger
from tests.cli.conftest import Done, Office, doisoat, write_settings
from tests.places import JULY
from worker.bootstrap import Services, is_alive, services, upstream
from worker.db import runs, sources
from worker.db.runs import RunRequest
from worker.settings.load import load_settings
from worker.stages.read_figures import ReadFigures, read_figures

FIELDS = {
    "source",
    "generation",
    "period",
    "unit",
    "name",
    "group",
    "metric",
    "procedure",
    "numerator",
    "denominator",
    "ratio",
    "score",
    "max_score",
    "quality",
    "observed_at",
}


@pytest.fixture(scope="module")
def bulletin(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with both generations of the portal's figures read once."""
    folder = tmp_path_factory.mktemp("bulletin")
    write_settings(folder, office.world, office.endpoints)
    at = office.endpoints
    with (folder / "doisoat.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'legacy_url = "{at.legacy_url}"\n'
            f'legacy_province_id = "{at.legacy_province_id}"\n'
            f'legacy_counts_id = "{at.legacy_counts_id}"\n'
        )
    assert doisoat(folder, "sync", "--wait", "--full", "--json").code == 0
    read(folder)
    measure(folder)
    return folder


@contextmanager
def store(folder: Path) -> Iterator[tuple[Services, Session]]:
    settings = load_settings(environment={}, working_folder=folder)
    with services(settings) as joined, Session(joined.engine) as session, session.begin():
        yield joined, session


def read(folder: Path) -> None:
    source = upstream(load_settings(environment={}, working_folder=folder), "cong")
    assert [each.generation for each in source.figures] == ["reporting", "legacy"]
    with store(folder) as (joined, session):
        request = RunRequest(trigger=Trigger.OPERATOR, stage="look_up")
        run = runs.claim(
            session,
            sources.source_id(session, "cong"),
            request,
            owner=joined.owner,
            is_alive=is_alive,
            now=joined.clock(),
        )
        session.commit()
        task = ReadFigures(
            engine=joined.engine,
            sources=source.figures,
            directory=joined.directory,
            clock=joined.clock,
            progress=lambda _done, _total: None,
            periods=(JULY,),
        )
        assert read_figures(task, run) == ()
    source.close()


def measure(folder: Path) -> None:
    """Our own sync counts as a reconciliation would have measured them."""
    forget(folder)
    with store(folder) as (_, session):
        latest = session.exec(select(func.max(Reconciliation.id))).one() or 0
        for unit, received, on_portal in (("", 559, 500), ("H51.12", 40, 30)):
            session.add(
                SyncHealth(
                    reconciliation_id=latest, unit=unit, received=received, on_portal=on_portal
                )
            )


def forget(folder: Path) -> None:
    with store(folder) as (_, session):
        session.exec(delete(SyncHealth))


def published(folder: Path, *arguments: str) -> Done:
    done = doisoat(folder, "published", *arguments)
    assert done.code == 0, done.err
    return done


def items(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    told = published(folder, *arguments, "--json").json
    assert told["total"] == len(told["items"])
    found: list[dict[str, Any]] = told["items"]
    return found


def test_every_figure_is_told_with_its_period_instant_and_generation(bulletin: Path) -> None:
    told = items(bulletin)
    assert all(each.keys() >= FIELDS for each in told)
    assert {each["generation"] for each in told} == {"reporting", "legacy"}
    assert {(each["period"]["from"], each["period"]["to"]) for each in told} == {
        ("2024-07-01", "2024-07-31")
    }
    assert {each["observed_at"] for each in told} == {"2024-07-24T16:00:00+07:00"}
    assert {each["source"] for each in told} == {"cong"}


def test_the_sync_rate_comes_first_with_ours_beside_it(bulletin: Path, office: Office) -> None:
    first, *rest = items(bulletin)
    totals = office.truth["totals"]
    assert (first["metric"], first["unit"], first["name"]) == (
        "DOSSIER_SYNC",
        "H51",
        "Tỉnh Sóc Trăng",
    )
    assert (first["numerator"], first["denominator"]) == (totals["on_portal"], totals["received"])
    assert first["own"] == {
        "received": 559,
        "on_portal": 500,
        "as_of": "2024-07-24T16:00:00+07:00",
    }
    sync = [each["metric"] == "DOSSIER_SYNC" for each in rest]
    assert sync == sorted(sync, reverse=True)
    own = {each["unit"]: each["own"] for each in [first, *rest] if "own" in each}
    assert own["H51.12"]["on_portal"] == 30
    assert own["H51.13"] is None


def test_people_see_the_province_and_learn_how_to_see_the_rest(bulletin: Path) -> None:
    out = published(bulletin).out
    assert "Tỷ lệ đồng bộ hồ sơ lên Cổng, tháng 7/2024" in out
    assert "500/559" in out
    assert "89,45 %" in out
    assert "Công khai, minh bạch" in out
    assert "doisoat published --unit" in out
    assert "Ghi nhận lúc 16:00 24/7/2024 (giao diện từ năm 2026, báo cáo trước năm 2026)." in out
    assert "mẫu số tạm tính, Cổng sẽ thay" in out


def test_one_unit_by_its_name_and_one_group(bulletin: Path) -> None:
    told = items(bulletin, "--unit", "sở nội vụ", "--group", "tdgq")
    assert {(each["unit"], each["group"]) for each in told} == {("H51.12", "TDGQ")}
    out = published(bulletin, "--unit", "sở nội vụ").out
    assert "Số liệu Cổng công bố, tháng 7/2024 · Sở Nội vụ" in out
    assert "30/40" in out
    assert "Huyện Mỹ Tú" not in out
    assert {each["unit"] for each in items(bulletin, "--unit", "H51")} == {"H51"}


def test_clgq_is_labelled_online_services_and_tttt_payment(bulletin: Path) -> None:
    assert "Dịch vụ công trực tuyến" in published(bulletin, "--group", "CLGQ").out
    assert "Thanh toán trực tuyến" in published(bulletin, "--group", "TTTT").out


def test_nothing_to_measure_is_said_in_words(bulletin: Path) -> None:
    out = published(bulletin, "--group", "CKMB").out
    assert "Không có số liệu" in out
    assert "Không phát sinh" in out


def test_without_a_count_of_our_own_it_says_what_to_do(bulletin: Path) -> None:
    forget(bulletin)
    try:
        assert "Chưa có số đối soát" in published(bulletin).out
        assert items(bulletin)[0]["own"] is None
    finally:
        measure(bulletin)


def test_a_month_nobody_has_read_says_what_to_do(bulletin: Path) -> None:
    assert items(bulletin, "--period", "2024-03") == []
    out = published(bulletin, "--period", "2024-03").out
    assert "tháng 3/2024" in out
    assert "doisoat sync --wait" in out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--group", "CNTT"], 2, "CKMB, TDGQ, CLGQ, TTTT, MDHL, MDSH"),
        (["--unit", "không có"], 1, "không có"),
        (["--period", "7/2024"], 1, "2024-07"),
    ],
)
def test_a_wrong_question_is_answered_with_what_can_be_asked(
    bulletin: Path, arguments: list[str], code: int, says: str
) -> None:
    done = doisoat(bulletin, "published", *arguments)
    assert done.code == code
    assert says in done.err


def test_reading_again_keeps_nothing_twice(bulletin: Path) -> None:
    def stored() -> int:
        with store(bulletin) as (_, session):
            return len(session.exec(select(PublishedFigure.id)).all())

    before = stored()
    read(bulletin)
    assert stored() == before > 0
