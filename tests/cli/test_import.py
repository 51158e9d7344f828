"""A file is shown before it is written, and written only where somebody wants it."""

from pathlib import Path

import pytest

from tests.cli.conftest import Done, doisoat
from tests.places import Place
from tests.workbooks import write_csv, write_xlsx
from worker.core.workbook.cells import Cell
from worker.simulator.world import World

TOML = """
now = "2024-07-24T16:00:00+07:00"
[province]
code = "H99"
name = "Tỉnh Mẫu"
seeds = "{seeds}"
[sources.tinh]
kind = "workbook"
side = "province"
statuses = {{ "Chờ văn thư" = 4 }}
[sources.cong]
kind = "workbook"
side = "portal"
"""
WORDS = {
    "receiving": "Chờ tiếp nhận",
    "new": "Mới tiếp nhận",
    "denied": "Từ chối tiếp nhận",
    "processing": "Đang xử lý",
    "waiting": "Chờ bổ sung",
    "paying": "Chờ thực hiện NVTC",
    "cancelled": "Công dân rút hồ sơ",
    "unresolved": "Dừng xử lý",
    "releasing": "Đã có kết quả",
    "done": "Đã trả kết quả",
}
TITLES: list[tuple[Cell, ...]] = [
    ("DANH SÁCH HỒ SƠ TIẾP NHẬN, GIẢI QUYẾT THÁNG 7/2024",),
    ("(Tính đến 16 giờ ngày 24/7/2024)",),
    (),
    ("STT", "Mã hồ sơ", "Người nộp", "", "Cơ quan giải quyết", "Thời gian", "", "", "",
     "Trạng thái"),
    ("", "", "Họ và tên", "Điện thoại", "", "Tiếp nhận", "Hẹn trả", "Kết thúc xử lý",
     "Trả kết quả", ""),
]  # fmt: skip
MERGED = ["A1:J1", "A4:A5", "B4:B5", "C4:D4", "E4:E5", "F4:I4", "J4:J5"]
COUNTS = (
    ("KẾT QUẢ GIẢI QUYẾT THÁNG 7/2024",),
    ("STT", "Đơn vị", "Tổng số tiếp nhận", "Đúng hạn", "Quá hạn"),
    (1, "Sở Thử Nghiệm", "1.000", 850, 150),
    (2, "Sở Giả Định", "Không có hồ sơ", "", ""),
    (3, "Sở Lạ", 5, 5, 0),
    ("", "Tổng cộng", 1005, 855, 150),
)
ONE = [
    ("Mã hồ sơ", "Đơn vị", "Ngày tiếp nhận", "Trạng thái", "Họ và tên"),
    ("H99.01-240718-0001", "Sở Thử Nghiệm", "18/07/2024", "Chờ văn thư", "Người Không Có Thật"),
]


@pytest.fixture
def desk(tmp_path: Path, province_folder: Path) -> Path:
    (tmp_path / "doisoat.toml").write_text(TOML.format(seeds=province_folder), encoding="utf-8")
    write_xlsx(tmp_path / "bao-cao.xlsx", {"Biểu 1": COUNTS})
    write_csv(tmp_path / "one.csv", ONE)
    return tmp_path


def bring(folder: Path, file: str, source: str, *options: str) -> Done:
    return doisoat(folder, "import", file, "--source", source, *options)


def export(folder: Path, world: World) -> Path:
    """The province's dossiers as its system exports them, people's names and all."""
    rows = list(TITLES)
    for row in (home for planted in world.planted for home in planted.homes):
        moments = (row.received, row.due, row.released, row.finished)
        rows.append(
            (
                len(rows) - 4,
                row.code,
                "Người Không Có Thật",
                "0900 000 000",
                world.names[row.unit],
                *(each.replace(tzinfo=None) if each else None for each in moments),
                WORDS[row.status],
            )
        )
    rows += [("", f"Tổng số: {len(rows) - 5} hồ sơ"), (), ("", "", "", "", "Người lập biểu")]
    return write_xlsx(folder / "xuat.xlsx", {"Danh sách": rows}, merged=MERGED)


def test_the_export_of_a_whole_province_is_read_to_the_last_row(
    desk: Path, light_place: Place
) -> None:
    world = light_place.world(300, seed=2)
    export(desk, world)
    told = bring(desk, "xuat.xlsx", "tinh", "--json", "--by", "ca trực").json
    rows = {
        (row.code, row.unit, row.received, row.due, row.released, row.finished, row.status)
        for planted in world.planted
        for row in planted.homes
    }
    assert len(rows) > 300
    assert told["understood"]["readable"] == len(rows)
    assert told["understood"]["unreadable"] == []
    assert told["counts"]["new"] == len(rows)
    assert told["run"] == 1
    listed = doisoat(desk, "runs", "--json").json["items"]
    assert [(run["trigger"], run["stage"], run["by"]) for run in listed] == [
        ("file", "load", "ca trực")
    ]


def test_what_was_understood_is_shown_first(desk: Path) -> None:
    done = bring(desk, "bao-cao.xlsx", "cong")
    assert done.code == 0
    said = done.out
    assert 'Tệp bao-cao.xlsx, trang "Biểu 1": bảng số lượng theo đơn vị' in said
    assert "tiêu đề ở dòng 2." in said
    assert "từ 1/7/2024 đến 31/7/2024" in said
    assert "Số quá hạn" in said
    assert 'Cơ quan, đơn vị không có trong danh mục của tỉnh: "Sở Lạ"' in said
    assert "Đọc được 2 dòng, không đọc được 1 dòng." in said
    assert "dòng tổng cộng (6)" in said
    assert said.index("Đọc được") < said.index("Đã ghi")


def test_a_preview_writes_nothing(desk: Path) -> None:
    done = bring(desk, "bao-cao.xlsx", "cong", "--preview", "--json")
    assert done.code == 0
    assert (done.json["run"], done.json["counts"]) == (None, {})
    assert doisoat(desk, "runs", "--json").json["total"] == 0
    assert "Chỉ xem, chưa ghi gì." in bring(desk, "bao-cao.xlsx", "cong", "--preview").out


def test_the_same_file_again_changes_nothing(desk: Path) -> None:
    assert bring(desk, "one.csv", "tinh", "--json").json["counts"]["new"] == 1
    again = bring(desk, "one.csv", "tinh")
    assert again.code == 0
    assert "không có gì thay đổi" in again.out


def test_the_json_is_for_programs(desk: Path) -> None:
    told = bring(desk, "bao-cao.xlsx", "cong", "--json").json
    understood = told["understood"]
    assert (understood["file"], understood["sheet"], understood["kind"]) == (
        "bao-cao.xlsx",
        "Biểu 1",
        "counts",
    )
    assert understood["periods"] == [{"from": "2024-07-01", "to": "2024-07-31"}]
    assert [column["field"] for column in understood["columns"]] == [
        "number",
        "unit_name",
        "count_received",
        "count_on_time",
        "count_late",
    ]
    assert [(each["row"], each["cell"]) for each in understood["unreadable"]] == [(5, "B5")]
    assert understood["ignored"] == {"total": [6]}
    assert understood["unknown_units"] == {"Sở Lạ": 1}
    assert told["counts"]["published"] == 2


def test_a_row_that_cannot_be_read_lies_in_quarantine_until_the_file_is_mended(desk: Path) -> None:
    bad = ("H99.01-240718-0002", "Sở Thử Nghiệm", "32/07/2024", "Đang xử lý", "Người Thứ Hai")
    write_csv(desk / "one.csv", [*ONE, bad, ("", *bad[1:])])
    bring(desk, "one.csv", "tinh")
    items = doisoat(desk, "quarantine", "--json").json["items"]
    assert {item["code"]: item["reason"] for item in items} == {
        "H99.01-240718-0002": 'Ngày giờ không đọc được: "32/07/2024 (C3)"',
        None: "Dòng có dữ liệu nhưng không có mã hồ sơ (A4)",
    }
    assert "Người" not in repr(items)
    write_csv(desk / "one.csv", ONE)
    bring(desk, "one.csv", "tinh")
    # The row without a code is gone from the file; the other may only be missing from it.
    assert [item["code"] for item in doisoat(desk, "quarantine", "--json").json["items"]] == [
        "H99.01-240718-0002"
    ]


def test_a_unit_that_an_operator_names_brings_its_rows_in(desk: Path) -> None:
    stranger = ("H99.77-240718-0009", "Sở Lạ", *ONE[1][2:])
    write_csv(desk / "one.csv", [*ONE, stranger])
    assert "doisoat units assign" in bring(desk, "one.csv", "tinh").out
    (unknown,) = doisoat(desk, "units", "unknown", "--json").json["items"]
    assert unknown["name"] == "Sở Lạ"
    assert doisoat(desk, "units", "assign", "Sở Lạ", "H99.03", "--by", "ca trực").code == 0
    assert doisoat(desk, "quarantine", "--json").json["total"] == 0
    assert bring(desk, "one.csv", "tinh", "--json").json["counts"]["new"] == 0


def test_a_complete_file_is_taken_at_its_word_and_no_further(desk: Path) -> None:
    codes = [f"H99.01-240718-{number:04}" for number in range(1, 31)]
    rows = [(code, *ONE[1][1:]) for code in codes]
    complete = ("--complete", "--period", "2024-07")
    write_csv(desk / "a.csv", [ONE[0], *rows])
    bring(desk, "a.csv", "tinh")
    write_csv(desk / "b.csv", [ONE[0], *rows[5:]])
    assert bring(desk, "b.csv", "tinh", *complete, "--json").json["counts"]["gone"] == 5
    write_csv(desk / "c.csv", [ONE[0], *rows[25:]])
    doubted = bring(desk, "c.csv", "tinh", *complete)
    assert doubted.code == 4
    assert "20 hồ sơ" in doubted.err


def test_wrong_usage_is_said_in_words(desk: Path) -> None:
    needy = bring(desk, "one.csv", "tinh", "--complete")
    assert needy.code == 2
    assert "--period" in needy.err
    assert bring(desk, "bao-cao.xlsx", "cong", "--complete", "--period", "2024-07").code == 2
    assert "--source" in doisoat(desk, "import", "one.csv").err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("none.xlsx", "tinh"), "Không tìm thấy tệp"),
        (("one.csv", "khac"), 'tên "khac"'),
        (("one.csv", "tinh", "--sheet", "Hai"), 'không có trang "Hai"'),
        (("bao-cao.xlsx", "cong", "--period", "2024-06"), ""),
        (("trang.xls", "cong"), "lưu lại dạng .xlsx"),
        (("empty.csv", "tinh"), "không có dòng nào"),
        (("other.csv", "tinh"), "Mã hồ sơ"),
    ],
)
def test_what_cannot_be_brought_in_is_said_in_one_sentence(
    desk: Path, options: tuple[str, ...], said: str
) -> None:
    (desk / "trang.xls").write_text("<html><table></table></html>", encoding="utf-8")
    write_csv(desk / "empty.csv", ONE[:1])
    write_csv(desk / "other.csv", [("a", "b"), ("1", "2")])
    done = bring(desk, *options)
    assert done.code == (1 if said else 0)
    assert said in done.err
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) == (1 if said else 0)


def test_files_are_brought_in_only_for_sources_that_have_nothing_else(
    desk: Path, province_folder: Path
) -> None:
    portal = (
        'kind = "portal"\nadapter_url = "http://127.0.0.1:1"\nmadonvi = "H99"\nusername = "u"\n'
    )
    text = TOML.format(seeds=province_folder)
    text = text.replace('kind = "workbook"\nside = "portal"\n', portal)
    (desk / "doisoat.toml").write_text(text, encoding="utf-8")
    done = bring(desk, "one.csv", "cong")
    assert done.code == 1
    assert 'kind = "workbook"' in done.err


def test_english_is_spoken_too(desk: Path) -> None:
    done = doisoat(
        desk,
        "import",
        "bao-cao.xlsx",
        "--source",
        "cong",
        environment={"DOISOAT_LANGUAGE": "en"},
    )
    assert 'sheet "Biểu 1": a table of counts per unit' in done.out
