"""``doisoat units``: the list, the inbox of unknown names, and deciding about them."""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from tests.cli.conftest import Done, Office, doisoat, write_settings
from worker.simulator.build import WorldOptions, build_world
from worker.simulator.server import running
from worker.sources.calendars import national_calendar
from worker.sources.folder import find_folder, read_folder

UNLISTED = "Sở Tư pháp"


def _without_one_unit(folder: Path) -> None:
    """The province's folder, one department forgotten."""
    seeds = files("seeds").joinpath("soc-trang")
    (folder / "tinh").mkdir()
    for name in ("units.csv", "procedures.csv"):
        lines = seeds.joinpath(name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("H51.13,")]
        (folder / "tinh" / name).write_text("".join(kept), encoding="utf-8")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    province = read_folder(find_folder("soc-trang", folder))
    options = WorldOptions(seed=5, dossiers=300)
    world = build_world(province, "H51", national_calendar(folder).calendar, options)
    _without_one_unit(folder)
    with running(world) as endpoints:
        write_settings(folder, world, endpoints)
        settings = folder / "doisoat.toml"
        text = settings.read_text("utf-8").replace('"soc-trang"', '"tinh"')
        settings.write_text(text, encoding="utf-8")
        first = doisoat(folder, "sync", "--wait", "--full", "--json")
        yield Office(folder, folder, world, endpoints, first)


def _waiting(done: Done) -> dict[str, int]:
    return {item["name"]: item["count"] for item in done.json["items"]}


def test_the_list_shows_when_units_ended_and_what_followed_them(office: Office) -> None:
    shown = office.do("units").out
    assert "Đơn vị kế" in shown
    assert "28/2/2025" in shown
    listed = office.do("units", "--json").json
    assert listed["total"] == 27
    assert {"H51.05": "H51.11"}.items() <= {
        item["code"]: item["successor"] for item in listed["items"]
    }.items()


def test_columns_nobody_needs_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "doisoat.toml").write_text(
        '[province]\ncode = "H51"\nname = "Tỉnh mẫu"\nseeds = "mau"\n', encoding="utf-8"
    )
    (tmp_path / "mau").mkdir()
    (tmp_path / "mau" / "units.csv").write_text(
        "code,name,short_name,level,parent,valid_from,valid_to,successor,aliases\n"
        "H51,Tỉnh mẫu,,province,,,,,\n",
        encoding="utf-8",
    )
    shown = doisoat(tmp_path, "units").out
    assert "Trực thuộc" in shown
    assert "Hiệu lực" not in shown
    assert "Đơn vị kế" not in shown


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["assign", "Sở Nội vụ", "H51.11"], 1, "units.csv"),
        (["assign", "sở  NỘI VỤ", "H51.12"], 1, "H51.12"),
        (["assign", UNLISTED, "H51.99"], 1, '"H51.99"'),
        (["assign", "…", "H51.12"], 2, "chữ"),
        (["assign", UNLISTED], 2, "UNIT"),
        (["forget", "Chưa ai nói"], 1, "doisoat units assigned"),
        (["assigm"], 2, '"assign"'),
    ],
)
def test_what_can_not_be_decided_is_refused_in_one_sentence(
    office: Office, arguments: list[str], code: int, says: str
) -> None:
    done = office.do("units", *arguments)
    assert (done.code, done.out) == (code, "")
    assert says in done.err
    assert len(done.err.splitlines()) == 1


def test_before_anything_is_read_the_inbox_is_empty(tmp_path: Path, office: Office) -> None:
    for name in ("doisoat.toml", "password"):
        (tmp_path / name).write_text((office.folder / name).read_text("utf-8"), encoding="utf-8")
    (tmp_path / "tinh").symlink_to(office.folder / "tinh")
    assert doisoat(tmp_path, "units", "unknown", "--json").json == {"total": 0, "items": []}
    assert "Không có tên" in doisoat(tmp_path, "units", "unknown").out
    assert "Chưa có tên" in doisoat(tmp_path, "units", "assigned").out


def _is_decided_by_the_account_in_use(office: Office, name: str) -> None:
    account = {"USER": "truc-ban"}
    assert doisoat(office.folder, "units", "assign", name, "H51.12", environment=account).code == 0
    decided = office.do("units", "assigned", "--json").json["items"]
    assert {each["by"] for each in decided if each["name"] == name} == {"truc-ban"}


def test_from_the_inbox_to_the_reconciliation_and_back(office: Office) -> None:
    listed = office.do("units", "unknown", "--json").json
    assert listed["total"] == len(listed["items"])
    names = _waiting(office.do("units", "unknown", "--json"))
    assert sum(names.values()) == office.do("quarantine", "--json").json["total"]
    first = listed["items"][0]
    wanted = {"name", "codes", "count", "sources", "first_at", "last_at", "near"}
    assert wanted <= first.keys()
    assert first["codes"] == ["H51.13"]
    shown = office.do("units", "unknown").out
    assert UNLISTED in shown
    assert "doisoat units assign" in shown
    doctor = office.do("doctor", "--offline").out
    assert "doisoat units unknown" in doctor

    before = office.do("reconcile", "--json").json["totals"]["counted_province"]
    for name in names:
        arguments = ("--by", "ca trực", "--reason", "chưa có trong danh mục")
        assert office.do("units", "assign", name, "H51.12", *arguments).code == 0
    assert _waiting(office.do("units", "unknown", "--json")) == {}
    assert office.do("quarantine", "--json").json["total"] == 0
    assert office.do("reconcile", "--json").json["totals"]["counted_province"] > before

    decided = office.do("units", "assigned", "--json").json
    assert {item["name"] for item in decided["items"]} == names.keys()
    assert {(item["unit"], item["by"]) for item in decided["items"]} == {("H51.12", "ca trực")}
    assert all(item["applied_at"] for item in decided["items"])
    assert "ca trực" in office.do("units", "assigned").out

    name = next(iter(names))
    forgotten = office.do("units", "forget", name)
    assert forgotten.code == 0
    assert name in forgotten.out
    assert office.do("units", "forget", name).code == 1
    _is_decided_by_the_account_in_use(office, name)


def test_a_decision_says_what_it_read_and_what_still_waits(office: Office) -> None:
    done = office.do("units", "assign", "Tên chưa ai gửi", "sở nội vụ", "--json").json
    assert done["unit"] == {"code": "H51.12", "name": "Sở Nội vụ"}
    assert (done["read"], done["to_come"], done["incomplete"], done["busy"]) == (0, 0, 0, [])
    shown = office.do("units", "assign", "Tên chưa ai gửi", "H51.11").out
    assert "Sở Tài chính (H51.11)" in shown
    assert "Không có bản ghi nào đang chờ" in shown


def test_a_decision_for_a_unit_that_left_the_list_is_the_doctors_business(office: Office) -> None:
    assert office.do("units", "assign", "Nơi chỉ có trên giấy", "H51.16").code == 0
    units = office.folder / "tinh" / "units.csv"
    text = units.read_text("utf-8")
    kept = [line for line in text.splitlines(keepends=True) if not line.startswith("H51.16,")]
    units.write_text("".join(kept), encoding="utf-8")
    try:
        found = office.do("doctor", "--offline", "--json").json["items"]
        (finding,) = [
            item for item in found if item["check"] == "units" and "H51.16" in item["message"]
        ]
        assert "Nơi chỉ có trên giấy" in finding["message"]
        assert finding["level"] == "warning"
        assert "không còn" in office.do("units", "assigned").out
    finally:
        units.write_text(text, encoding="utf-8")
