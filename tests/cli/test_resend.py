"""``doisoat resend``: from the preview to what the portal shows afterwards, as people do it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Done, doisoat, write_settings
from tests.resends import log_at
from worker.simulator.build import WorldOptions, build_world
from worker.simulator.server import SimulatedEndpoints, running
from worker.sources.calendars import national_calendar
from worker.sources.folder import find_folder, read_folder

UNIT = "H51.35"
BY, OTHER = ("--by", "an.nguyen"), ("--by", "binh.tran")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("resends")


@pytest.fixture(scope="module")
def at(folder: Path) -> Iterator[SimulatedEndpoints]:
    """A province of its own: what is sent again changes what its portal shows."""
    province = read_folder(find_folder("soc-trang", folder))
    calendar = national_calendar(folder).calendar
    world = build_world(province, "H51", calendar, WorldOptions(seed=3, dossiers=400))
    with running(world) as endpoints:
        write_settings(folder, world, endpoints)
        path = folder / "doisoat.toml"
        settings = path.read_text(encoding="utf-8")
        path.write_text(f"{settings}\n[resend]\nenabled = true\n", encoding="utf-8")
        assert doisoat(folder, "sync", "--wait", "--full").code == 0
        yield endpoints


@pytest.fixture
def do(folder: Path, at: SimulatedEndpoints) -> Any:  # noqa: ARG001 - it has to be up
    def done(*arguments: str) -> Done:
        return doisoat(folder, "resend", *arguments)

    return done


def _none_is_open(do: Any) -> None:
    """What is done has not gone: the list says how to see it."""
    told = do("list").out
    assert "Không có yêu cầu gửi lại nào chưa xong" in told
    assert "doisoat resend list --state all" in told
    assert "--state all" not in do("list", "--state", "all").out


def test_a_request_goes_from_the_preview_to_what_the_portal_shows(
    do: Any, at: SimulatedEndpoints, folder: Path
) -> None:
    (offer,) = do("preview", "--unit", UNIT, "--json").json["items"]
    codes = [each["dossier"] for each in offer["dossiers"]]
    assert offer["if_all"]["late"] < offer["before"]["late"]
    assert do("ask", "--unit", UNIT, *BY).code == 2
    asked = do("ask", "--unit", UNIT, "--reason", "Cổng chưa cập nhật", *BY)
    assert f"Đã lập yêu cầu số 1 cho Huyện Mỹ Tú: {len(codes)} hồ sơ" in asked.out
    same = do("approve", "1", *BY)
    assert (same.code, "phải khác người đề nghị" in same.err) == (1, True)
    assert do("send", "1", *BY).code == 1
    assert "doisoat resend send 1" in do("approve", "1", *OTHER, "--note", "đồng ý").out
    assert log_at(at.province_url) == []
    told = do("send", "1", "--wait", *BY, "--json").json
    assert told["state"] == "done"
    assert (told["sent"], told["closed"]) == (len(codes), len(codes))
    assert told["after"]["late"] == offer["if_all"]["late"]
    assert {each["result"] for each in told["dossiers"]} == {"closed"}
    assert {call["code"] for call in log_at(at.province_url)} == set(codes)
    shown = do("show", "1").out
    assert "Người duyệt: binh.tran" in shown
    _none_is_open(do)
    assert f"Đã gửi {len(codes)}/{len(codes)} hồ sơ; đã khớp {len(codes)}" in shown
    (month,) = do("list", "--months", "--json").json["items"]
    assert (month["month"], month["closed"]) == ("2024-07", len(codes))
    explained = doisoat(folder, "explain", codes[0]).out
    assert "Gửi lại, yêu cầu số 1 (xong): gửi" in explained
    improved = doisoat(folder, "improve", "--unit", UNIT).out
    assert f"Trong kỳ đã gửi lại {len(codes)} hồ sơ: {len(codes)} đã khớp" in improved
    report = doisoat(folder, "report", "--format", "json", "--output", "-").json
    keys = [table["key"] for part in report["sections"] for table in part["tables"]]
    assert "resends" in keys


def test_codes_are_pasted_as_people_have_them(do: Any, folder: Path) -> None:
    offers = do("preview", "--json").json["items"]
    one, two, *_ = [each["dossier"] for unit in offers for each in unit["dossiers"]]
    (folder / "codes.txt").write_text(f"{one.lower()};\n {two}\n{one}", encoding="utf-8")
    for given in (f"{one}, {two}", "@codes.txt"):
        told = do("preview", "--codes", given, "--json").json
        found = [each["dossier"] for unit in told["items"] for each in unit["dossiers"]]
        assert sorted(found) == sorted([one, two])
    for wrong in (" , ", "@none.txt", f"{one} {'A' * 65}"):
        assert do("preview", "--codes", wrong).code == 2


def test_what_is_left_out_says_why(do: Any) -> None:
    told = do("preview", "--json").json
    assert {each["obstacle"] for each in told["left_out"]} >= {"rule", "fix_map", "link_codes"}
    assert all(each["why"] for each in told["left_out"])


def test_lists_tell_apart_what_sending_again_does_not_mend(folder: Path, do: Any) -> None:
    assert do("list").code == 0
    items = doisoat(folder, "discrepancies", "--json").json["items"]
    told = {(each["cause"], each["not_resent"]) for each in items}
    assert ("UNIT_DIFFERS", "fix_map") in told
    assert ("GRANULARITY", "rule") in told
    assert ("STATUS_BEHIND", None) in told
    assert "không: quy tắc" in doisoat(folder, "discrepancies", "--limit", "500").out


def test_a_request_is_refused_or_stopped_and_its_dossiers_are_free_again(do: Any) -> None:
    asked = do("ask", "--cause", "due_differs", "--reason", "thử", *BY, "--json").json["items"]
    numbers = [str(each["id"]) for each in asked]
    assert do("ask", "--cause", "DUE_DIFFERS", "--reason", "thử", *BY).code == 1
    refused = do("reject", numbers[0], *OTHER, "--reason", "chưa cần")
    assert "có thể được đề nghị lại" in refused.out
    for number in numbers[1:]:
        assert do("stop", number, *OTHER).code == 0
    told = do("list", "--state", "rejected", "--json").json
    assert [str(each["id"]) for each in told["items"]] == numbers[:1]
    again = do("preview", "--cause", "DUE_DIFFERS", "--json").json
    assert len(again["items"]) == len(asked)


@pytest.mark.parametrize(
    "wrong",
    [
        ("preview", "--older-than", "lâu"),
        ("preview", "--cause", "NEVER"),
        ("list", "--state", "never"),
    ],
)
def test_what_can_not_be_read_is_wrong_usage(do: Any, wrong: tuple[str, ...]) -> None:
    assert do(*wrong).code == 2


def test_a_request_that_is_not_there_says_so(do: Any) -> None:
    told = do("show", "999")
    assert (told.code, "Không có yêu cầu gửi lại số 999" in told.err) == (1, True)
