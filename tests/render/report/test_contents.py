"""What a report says: every table with its cut-off, counts behind rates, nothing mixed."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from models.rates import StatementKind
from models.types import CauseKind
from tests.report_facts import (
    AS_OF,
    FINANCE,
    INTERIOR,
    JULY,
    MY_TU,
    RECONCILED,
    WHOLE,
    facts,
    index,
    unit,
)
from worker.core.alerts.letter import LetterFigures
from worker.core.improvement import Standing
from worker.core.index.values import Origin, Value
from worker.core.resend.effect import Effect
from worker.core.statement import Account, Grounds, Line, Statement
from worker.i18n import use_language
from worker.render.report.contents import document_of
from worker.render.report.document import Cell, Document, Kind, Paragraph, Table
from worker.render.report.facts import Corrected, Facts, Sealed, SentAgain
from worker.render.report.formats import shown

NOBODY = Cell()


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    use_language("vi", strict=True)


def table(document: Document, key: str) -> Table:
    (found,) = (each for each in document.tables if each.key == key)
    return found


def column(found: Table, key: str) -> dict[str, Any]:
    """The values of one column by the first text of their rows."""
    places = {each.key: place for place, each in enumerate(found.columns)}
    name = places.get("unit", places.get("content", places.get("indicator", 0)))
    return {str(row[name].value): row[places[key]].value for row in found.rows}


def words(document: Document, section: str) -> str:
    (found,) = (each for each in document.sections if each.key == section)
    return "\n".join(block.text for block in found.blocks if isinstance(block, Paragraph))


def full() -> Facts:
    return facts(index=index())


def test_every_table_ends_with_its_cutoff_and_its_sources() -> None:
    for each in document_of(full()).tables:
        assert "24/7/2024" in " ".join(each.notes) or "18/7/2024" in " ".join(each.notes), each.key
        assert any("Nguồn" in note or "văn bản" in note for note in each.notes), each.key


def test_every_row_has_one_cell_for_each_column_and_keys_are_unique() -> None:
    document = document_of(full())
    for each in document.tables:
        assert {len(row) for row in each.rows} <= {len(each.columns)}, each.key
        assert len({one.key for one in each.columns}) == len(each.columns), each.key
    assert len({each.key for each in document.tables}) == len(document.tables)


@pytest.mark.parametrize("key", ["bridge", "bridge_by_unit"])
def test_the_bridge_adds_up_line_by_line(key: str) -> None:
    found = table(document_of(facts()), key)
    reached: int | None = None
    for place, (_, change, total) in enumerate(found.rows):
        if place in found.bands:
            reached = None
            continue
        height = int(str(total.value))
        if reached is not None:
            assert height == reached + int(str(change.value or 0))
        reached = height
    assert len(found.rows) > 4


def test_units_stand_in_the_folders_order_in_annexes_and_worst_first_where_they_are_ranked() -> (
    None
):
    document = document_of(facts())
    annex = list(column(table(document, "late_by_unit"), "late_portal"))
    assert annex == ["Sở Tài chính", "Sở Nội vụ", "Huyện Mỹ Tú", "Tổng cộng"]
    assert list(column(table(document, "worst_units"), "share")) == ["Sở Nội vụ", "Huyện Mỹ Tú"]


def test_a_unit_without_dossiers_says_so_and_has_no_nought() -> None:
    (row,) = (
        row
        for row in table(document_of(facts()), "late_by_unit").rows
        if row[1].value == FINANCE.name
    )
    assert row[2].said == "Không có hồ sơ"
    assert {cell.value for cell in row[2:]} == {None}


def test_a_share_stands_beside_its_counts() -> None:
    found = table(document_of(facts()), "late_by_unit")
    assert column(found, "late_portal")["Sở Nội vụ"] == 33
    assert column(found, "counted")["Sở Nội vụ"] == 93
    assert column(found, "late_share")["Sở Nội vụ"] == Decimal("35.48")


def test_what_is_not_published_is_not_nought() -> None:
    silent = LetterFigures(late_province=1, late_by_portal_rule=1, late_portal=1)
    lonely = unit("H51.12", "Sở Nội vụ", silent)
    found = table(
        document_of(facts(reconciled=replace(RECONCILED, units=(lonely,)))), "late_by_unit"
    )
    assert column(found, "published")["Sở Nội vụ"] is None
    assert found.rows[0][5].said == "–"


def test_our_sync_rate_and_the_portals_own_stand_apart() -> None:
    found = table(document_of(facts()), "sync_health")
    assert column(found, "rate")["Sở Nội vụ"] == Decimal("96.49")
    assert column(found, "portal_rate")["Sở Nội vụ"] == Decimal("94.74")
    assert {each.above for each in found.columns if each.key.endswith("rate")} == {
        "Đối soát từ từng hồ sơ",
        "Cổng công bố",
    }


def test_an_open_period_is_provisional_and_one_that_is_over_is_not() -> None:
    open_still = document_of(facts())
    assert open_still.subtitle.endswith("(tạm thời)")
    assert open_still.facts["provisional"] is True
    over = replace(RECONCILED, as_of=datetime.fromisoformat("2024-08-05T09:00:00+07:00"))
    closed = document_of(facts(reconciled=over))
    assert "tạm thời" not in closed.subtitle + closed.cutoff
    assert closed.facts["provisional"] is False


def test_a_report_about_one_unit_tells_of_no_other() -> None:
    own = replace(RECONCILED, whole=INTERIOR, units=(INTERIOR,))
    document = document_of(facts(unit="H51.12", reconciled=own, index=index()))
    assert {"late_by_unit", "bridge_by_unit", "worst_units"}.isdisjoint(
        each.key for each in document.tables
    )
    assert {"localities", "departments"}.isdisjoint(each.key for each in document.sections)
    assert MY_TU.name not in repr(document)
    assert column(table(document, "results_printed"), "points_2024_07")["Tổng điểm"] == Decimal(
        "61.86"
    )


def test_the_province_is_told_as_the_document_prints_it() -> None:
    found = table(document_of(full()), "results_printed")
    total = column(found, "points_2024_07")
    assert total["Tổng điểm"] == Decimal("66.31")
    assert total["Xếp hạng"] == "50/63"
    assert total["Công khai, minh bạch"] == Decimal("9.3")
    assert column(found, "rate_2024_04")["Tỷ lệ TTHC công bố đúng hạn"] == Decimal("16.13")
    assert column(found, "change")["Tổng điểm"] == Decimal("3.20")
    assert [each.above for each in found.columns if each.key.startswith("points")] == [
        "Tháng 4/2024",
        "Tháng 6/2024",
        "Tháng 7/2024 (tạm thời)",
    ]


def test_a_change_out_of_the_ordinary_is_named_below_the_table() -> None:
    found = table(document_of(full()), "departments_printed_percent")
    (note,) = (each for each in found.notes if "bất thường" in each)
    assert "Sở Giao thông vận tải (Tỷ lệ hồ sơ đồng bộ lên Cổng Dịch vụ công quốc gia)" in note


def test_localities_and_departments_stand_apart_block_by_block() -> None:
    document = document_of(full())
    localities = table(document, "localities_printed_points")
    assert len(localities.bands) == 7
    assert {row[1].value for row in localities.rows} - {None} >= {"Huyện Mỹ Tú"}
    assert "Sở Nội vụ" not in {row[1].value for row in localities.rows}
    departments = table(document, "departments_printed_percent")
    assert "Sở Nội vụ" in {row[1].value for row in departments.rows}


def test_a_unit_that_had_no_dossiers_is_not_ranked_though_a_score_is_printed() -> None:
    found = table(document_of(full()), "departments_printed_points")
    row = next(row for row in found.rows if row[1].value == "Sở Tài chính")
    assert row[4].value == Decimal(32)
    assert row[-1] == NOBODY
    rates = table(document_of(full()), "departments_printed_percent")
    said = [row[4].said for row in rates.rows if row[1].value == "Sở Tài chính"]
    assert "Không có hồ sơ" in said


def test_printed_and_published_figures_never_share_a_table_or_a_change() -> None:
    shown = Value(code="TONG", score=Decimal(81), maximum=Decimal(100), origin=Origin.PUBLISHED)
    document = document_of(facts(index=index({"TONG": shown})))
    printed = column(table(document, "results_printed"), "points_2024_07")
    published = table(document, "results_published")
    assert printed["Tổng điểm"] == Decimal("66.31")
    assert column(published, "points_2024_07")["Tổng điểm"] == Decimal(81)
    assert "change" not in {each.key for each in published.columns}
    assert column(table(document, "results_printed"), "change")["Tổng điểm"] == Decimal("3.20")


def test_a_computed_score_stands_beside_the_shown_one() -> None:
    found = table(document_of(full()), "score_check_printed")
    for row in found.rows:
        group, shown, _, computed, *_ = row
        if group.value == "Công khai, minh bạch":
            assert shown.value == Decimal("9.3")
            assert computed.value != shown.value
    assert found.rows[0][5].value in ("khớp", "không khớp", "không tính được")


def test_a_score_that_is_off_by_rounding_alone_is_off_by_nothing() -> None:
    told = {
        "2.1": Value(
            code="2.1",
            percent=Decimal("82.455"),
            numerator=2317,
            denominator=2810,
            origin=Origin.PUBLISHED,
        ),
        "TDGQ": Value(
            code="TDGQ", score=Decimal("16.49"), maximum=Decimal(20), origin=Origin.PUBLISHED
        ),
    }
    found = table(document_of(facts(index=index(told))), "score_check_published")
    (row,) = (row for row in found.rows if row[0].value == "Tiến độ giải quyết")
    assert (row[4].value, shown(row[4], Kind.CHANGE)) == (Decimal("0.00"), "0")
    assert row[5].value == "khớp"


def test_each_indicator_is_held_against_its_own_target() -> None:
    found = table(document_of(full()), "verdicts")
    targets = column(found, "target")
    assert targets["Tỷ lệ hồ sơ xử lý trước hạn, đúng hạn"] == "từ 90 %"
    assert targets["Tỷ lệ hồ sơ cấp kết quả điện tử"] == "trên 90 %"
    verdicts = column(found, "printed_verdict")
    assert verdicts["Tỷ lệ hồ sơ xử lý trước hạn, đúng hạn"] == "Chưa đạt"
    assert verdicts["Tỷ lệ hài lòng trong xử lý phản ánh, kiến nghị"] == "Đạt"


def test_the_letter_says_the_figures_the_causes_and_what_to_do() -> None:
    said = words(document_of(facts()), "lead")
    assert "41 hồ sơ trên Cổng" in said
    assert "chậm cập nhật trạng thái (+16)" in said
    assert "lệch +2" in said
    assert "1. Gửi lại trạng thái và tiến trình hồ sơ: chậm cập nhật trạng thái (+16)." in said


def test_without_a_reconciliation_the_index_is_still_told() -> None:
    document = document_of(facts(reconciled=None, index=index()))
    assert "chưa có lần đối soát" in words(document, "lead")
    assert table(document, "results_printed").rows


def test_a_reading_that_failed_is_never_told_as_no_dossiers_nor_as_agreement() -> None:
    silent = replace(RECONCILED, complete=False, whole=replace(FINANCE, name="Tỉnh Sóc Trăng"))
    said = words(document_of(replace(facts(), reconciled=silent)), "lead")
    assert "chưa được lấy đầy đủ" in said
    assert "Chưa đọc được hồ sơ nào của Tỉnh Sóc Trăng" in said
    assert "không có hồ sơ" not in said
    assert "khớp nhau" not in said
    half = replace(RECONCILED, complete=False, whole=replace(WHOLE, steps=()))
    said = words(document_of(replace(facts(), reconciled=half)), "lead")
    assert "Trong số hồ sơ đã đọc được" in said
    assert "khớp nhau" not in said


def test_dossiers_nobody_can_tell_any_more_are_not_said_to_be_none() -> None:
    pruned = replace(RECONCILED, dossiers=(), is_listed=False)
    assert "được dọn" in words(document_of(facts(reconciled=pruned)), "dossiers")
    none = replace(RECONCILED, dossiers=())
    assert "Không có hồ sơ nào" in words(document_of(facts(reconciled=none)), "dossiers")


def test_a_frozen_statement_and_what_changed_since_are_an_annex() -> None:
    lines = (
        Line("late_province", 15),
        Line("STATUS_BEHIND", 2, CauseKind.DATA),
        Line("late_portal", 17),
        Line("unexplained", None),
        Line("late_published", None),
    )
    statement = Statement(
        unit="",
        period=JULY,
        as_of=AS_OF,
        complete=True,
        grounds=Grounds(
            province="tinh",
            portal="cong",
            province_rule="opencps_month",
            portal_rule="portal",
            settings="x",
        ),
        reconciliation="y",
        accounts=(Account(unit="", lines=lines, received=20, on_portal=19, presumed=0),),
    )
    sealed = Sealed(
        number=3,
        kind=StatementKind.SIGNED,
        role="Chánh Văn phòng",
        signed_at=AS_OF,
        digest="ab" * 32,
        statement=statement,
    )
    change = Corrected(at=AS_OF, unit=WHOLE.name, figure="late_portal", before=17, after=18)
    document = document_of(facts(sealed=(sealed,), corrections=(change,)))
    frozen = table(document, "statement_3")
    assert [(row[1].value, row[2].value) for row in frozen.rows[:3]] == [
        (None, 15),
        (2, None),
        (None, 17),
    ]
    assert "Chánh Văn phòng" in " ".join(frozen.notes)
    assert [cell.value for cell in table(document, "corrections").rows[0]][3:] == ["17", "18"]


def test_what_was_sent_again_stands_by_unit_with_its_sum() -> None:
    interior = Effect(asked=9, sent=8, closed=6, unchanged=1, worse=1, before=Standing(80, 20))
    finance = Effect(asked=1, sent=1, waiting=1, before=Standing(10, 2), after=Standing(10, 1))
    resent = (
        SentAgain(INTERIOR.name, interior),
        SentAgain(FINANCE.name, finance),
        SentAgain("", Effect(asked=10, sent=9, closed=6)),
    )
    found = table(document_of(facts(resent=resent)), "resends")
    assert [[cell.value for cell in row[2:]] for row in found.rows] == [
        [9, 8, 6, 2, 20, None],
        [1, 1, 0, 0, 2, 1],
        [10, 9, 6, 0, None, None],
    ]
    assert found.totals == {2}
    assert any("1 hồ sơ" in note for note in found.notes)
    assert "resends" not in {each.key for each in document_of(facts()).tables}
