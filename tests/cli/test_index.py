"""``index`` shows what was printed, what the portal publishes and what we count, clearly apart."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Done, Office, doisoat

JULY = ("--period", "2024-07", "--compare", "2024-04,2024-06")


def index(office: Office, *arguments: str, language: str = "vi") -> Done:
    environment = {"DOISOAT_LANGUAGE": language}
    done = doisoat(office.as_pulled, "index", *arguments, environment=environment)
    assert done.code == 0, done.err
    return done


def told(office: Office, *arguments: str) -> Any:
    return index(office, *arguments, "--json").json


def by_code(told: Mapping[str, Any]) -> dict[str, Any]:
    return {each["code"]: each for each in (told["total"], *told["groups"], *told["components"])}


def changes_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {each["period"]["from"]: each for each in entry["changes"]}


def test_printed_published_and_counted_stand_apart(office: Office) -> None:
    found = told(office, *JULY)
    on_time = by_code(found)["2.1"]
    assert (on_time["printed"]["ratio"], on_time["printed"]["source"]) == ("88", "2326/UBND-TTHC")
    assert on_time["printed"]["as_of"] == "2024-07-24"
    assert on_time["published"]["source"] == "reporting"
    assert on_time["published"]["as_of"] == "2024-07-24T16:00:00+07:00"
    assert on_time["own"].keys() == {"portal", "province"}
    published, own = on_time["published"], on_time["own"]["portal"]
    assert 0 < own["numerator"] <= own["denominator"]
    assert published["denominator"] > 0
    assert found["sources"] == ["2326/UBND-TTHC", "cong"]


def test_every_group_and_the_total_has_its_shown_score_and_its_check(office: Office) -> None:
    found = told(office, *JULY)
    assert [each["code"] for each in found["groups"]] == [
        "CKMB",
        "TDGQ",
        "CLGQ",
        "TTTT",
        "MDHL",
        "MDSH",
    ]
    printed = {code: each["printed"] for code, each in by_code(found).items()}
    assert (printed["TONG"]["score"], printed["TONG"]["text"]) == ("66.31", "66,31")
    assert printed["TONG"]["check"]["standing"] == "not_reproduced"
    assert printed["TONG"]["check"]["off"] == "-1.110"
    assert printed["CKMB"]["check"]["missing"] == ["1.3"]
    assert printed["TTTT"]["check"]["reason"] == "targets"


def test_changes_name_their_base_month_and_are_between_figures_shown_alike(office: Office) -> None:
    found = told(office, *JULY)
    changes = changes_of(by_code(found)["TONG"])
    assert list(changes) == ["2024-06-01", "2024-04-01"]
    assert (changes["2024-06-01"]["before"], changes["2024-06-01"]["amount"]) == ("63.11", "3.20")
    assert changes["2024-04-01"]["amount"] == "13.81"
    assert {each["shown_by"] for each in changes.values()} == {"printed"}
    rank = found["rank"]
    assert (rank["place"], rank["of"]) == (50, 63)
    assert [each["better"] for each in rank["changes"]] == [4, 9]


def test_what_jumps_and_what_stays_is_flagged_and_stays_as_shown(office: Office) -> None:
    entries = by_code(told(office, *JULY))
    assert changes_of(entries["1.1"])["2024-04-01"]["signs"] == ["jump"]
    assert entries["1.1"]["printed"]["ratio"] == "3.53"
    assert entries["3.5a"]["signs"] == ["frozen"]
    assert [code for code, each in entries.items() if each["signs"]] == ["3.5a"]


def test_verdicts_stand_beside_their_target_and_its_document(office: Office) -> None:
    entries = by_code(told(office, *JULY))
    assert entries["1.1"]["target"]["at"] == "90"
    assert entries["1.1"]["target"]["above"] is False
    assert entries["5.4"]["target"]["above"] is True
    assert entries["1.1"]["printed"]["verdict"] == "not_met"
    assert entries["3.5b"]["printed"]["verdict"] == "met"
    assert "VP-NC" in entries["1.1"]["target"]["source"]


def test_people_read_columns_apart_and_every_source_under_the_tables(office: Office) -> None:
    out = index(office, *JULY).out
    assert "Bộ chỉ số 766 · Tỉnh Sóc Trăng · tháng 7/2024 (tạm thời): điểm các nhóm" in out
    assert "Văn bản: 2326/UBND-TTHC, số liệu đến 24/7/2024." in out
    assert "ghi nhận lúc 16:00 24/7/2024 (giao diện từ năm 2026)" in out
    assert "Tạm thời: chốt lúc 16:00 24/7/2024" in out
    assert "66,31/100" in out
    assert "lệch -1,11" in out
    assert "tăng 9 bậc" in out
    assert "(không đổi 3 kỳ liền)" in out
    assert "(biến động lớn)" in out
    assert "[1] không tính được vì chưa có số liệu của chỉ số 1.3." in out
    assert "Tổng điểm 66,31 không bằng tổng các nhóm (65,2)" in out


def test_english_says_the_same(office: Office) -> None:
    out = index(office, *JULY, language="en").out
    assert "Provisional: cut off at 16:00, 24 Jul 2024" in out
    assert "Document: 2326/UBND-TTHC, figures as of 24 Jul 2024." in out


def test_without_months_to_compare_the_last_two_with_figures_are_taken(office: Office) -> None:
    periods = [each["period"]["from"] for each in told(office, "--period", "2024-07")["compared"]]
    assert periods == sorted(periods, reverse=True)
    assert len(periods) == 2
    assert told(office, "--period", "2024-04")["compared"] == []


def test_a_closed_month_is_not_provisional_and_an_open_one_is(office: Office) -> None:
    found = told(office, *JULY)
    assert found["provisional"] is True
    assert [each["provisional"] for each in found["compared"]] == [False, False]
    assert "đã kết thúc" in index(office, "--period", "2024-04").out


def test_one_group_alone(office: Office) -> None:
    found = told(office, *JULY, "--group", "mdhl")
    assert found["total"] is None
    assert [each["code"] for each in found["groups"]] == ["MDHL"]
    assert {each["group"] for each in found["components"]} == {"MDHL"}
    assert "Xếp hạng" not in index(office, *JULY, "--group", "MDHL").out


def test_one_unit_by_its_name(office: Office) -> None:
    found = told(office, *JULY, "--unit", "sở nội vụ")
    assert found["unit"] == {"unit": "H51.12", "name": "Sở Nội vụ", "level": "department"}
    assert by_code(found)["2.1"]["printed"]["ratio"] == "47.89"
    assert found["rank"]["of"] == 15


def test_units_of_one_indicator_come_worst_first_and_idle_ones_last_unranked(
    office: Office,
) -> None:
    found = told(office, "--period", "2024-07", "--indicator", "tong")
    departments = [each for each in found["items"] if each["level"] == "department"]
    places = [each["rank"]["place"] for each in departments]
    assert places == [*range(15, 0, -1), None]
    assert departments[0]["name"] == "Sở Tài nguyên và Môi trường"
    assert departments[-1]["name"] == "Sở Tài chính"
    assert found["total"] == len(found["items"]) == 27
    out = index(office, "--period", "2024-07", "--indicator", "TONG").out
    assert out.index("Sở Nội vụ") < out.index("Sở Tư pháp") < out.index("Sở Tài chính")
    assert "Huyện Trần Đề" in out


def test_a_rate_over_the_units_shows_counts_verdicts_and_no_dossiers(office: Office) -> None:
    out = index(office, "--period", "2024-07", "--indicator", "2.1").out
    assert "Không có hồ sơ" in out
    assert "47,89 %" in out
    assert "Chưa đạt" in out
    assert "Văn bản: 2326/UBND-TTHC, số liệu đến 18/7/2024." in out


def test_a_month_of_which_nothing_is_known_is_said_to_be_empty(office: Office) -> None:
    assert "Chưa có số liệu" in index(office, "--period", "2023-02").out


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--group", "CNTT"], 2, "CKMB, TDGQ, CLGQ, TTTT, MDHL, MDSH"),
        (["--indicator", "9.9"], 2, "TONG, CKMB"),
        (["--compare", "2024-09"], 2, "sớm hơn"),
        (["--compare", "tháng tư"], 1, "2024-07"),
        (["--unit", "không có"], 1, "không có"),
        (["--period", "2020-01"], 1, "2020"),
        (["--period", "2024-08"], 2, "2024-08"),
    ],
)
def test_a_wrong_question_is_answered_with_what_can_be_asked(
    office: Office, arguments: list[str], code: int, says: str
) -> None:
    done = doisoat(office.as_pulled, "index", *arguments)
    assert done.code == code, done.out
    assert says in done.err


def test_a_narrow_window_gets_fewer_columns_and_is_told_so(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out = index(office, *JULY).out
    assert "Cửa sổ hẹp" in out
    assert "[1]" not in out
    assert "So với" in out
    assert max(map(len, out.splitlines())) <= 80
    monkeypatch.setenv("COLUMNS", "120")
    wide = index(office, *JULY).out
    assert "Cửa sổ hẹp" not in wide
    assert "tháng 4/2024" in wide


def test_a_units_rank_stands_below_the_value_that_ranks_it(office: Office) -> None:
    lines = index(office, *JULY, "--unit", "H51.12").out.splitlines()
    total = next(line for line in lines if line.startswith("Tổng điểm"))
    rank = next(line for line in lines if line.startswith("Xếp hạng"))
    assert total.index("61,86/100") + len("61,86/100") == rank.index("13/15") + len("13/15")


def test_a_province_with_nothing_but_its_documents_sees_them(tmp_path: Path) -> None:
    (tmp_path / "doisoat.toml").write_text(
        '[province]\ncode = "H60"\nname = "Tuyên Quang"\nseeds = "tuyen-quang"\n'
        '[sources.tinh]\nside = "province"\nkind = "workbook"\n'
        '[sources.cong]\nside = "portal"\nkind = "workbook"\n',
        encoding="utf-8",
    )
    told = doisoat(tmp_path, "index", "--period", "2024-03", "--unit", "H60.37")
    assert told.code == 0
    assert "87,1/100" in told.out
    assert "1.773/1.773" in told.out
    (rank,) = [line for line in told.out.splitlines() if "Xếp hạng" in line]
    assert rank.split()[-1] == "–"
