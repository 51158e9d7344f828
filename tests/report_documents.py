"""Reports as plain values for the tests of their formats: a usual one, and nasty ones."""

from datetime import UTC, date, datetime
from decimal import Decimal

from worker.render.charts import WaterfallBar, waterfall
from worker.render.report.document import (
    Cell,
    Chart,
    Column,
    Document,
    Kind,
    Letterhead,
    Paragraph,
    Section,
    Shape,
    Table,
)

CUTOFF = "Số liệu tính đến 16:00 24/7/2024; kỳ từ 1/7/2024 đến 31/7/2024, tạm tính."
NONE = "Không có hồ sơ"
LONG_NAME = (
    "Trung tâm Phục vụ hành chính công, Kiểm soát thủ tục hành chính và Chuyển đổi số thuộc "
    "Văn phòng Ủy ban nhân dân tỉnh Sóc Trăng phụ trách tiếp nhận và trả kết quả các lĩnh vực "
    "đất đai, môi trường, xây dựng, giao thông vận tải, lao động và thương binh xã hội"
)
FORMULAS = ("=1+1", "+84", "-2+3", "@SUM(A1)", '=HYPERLINK("http://a.example")')
HOSTILE = "Sở\x00 Nội\nvụ \u202egnăh\ufffe\ud800 <b>&amp;</b>"

BRIDGE = Table(
    key="bridge",
    title="Cầu nối số hồ sơ quá hạn của tỉnh tháng 7/2024",
    columns=(
        Column(key="step", heading="Bước", width=46),
        Column(key="change", heading="Thay đổi", kind=Kind.SIGNED, width=12),
        Column(key="reached", heading="Còn lại sau bước", kind=Kind.COUNT, width=12),
    ),
    rows=(
        (Cell("Quá hạn tại tỉnh"), Cell(), Cell(1217)),
        (Cell("Cổng tính theo ngày, tỉnh tính theo giờ"), Cell(-35), Cell(1182)),
        (Cell("Theo cách tính của Cổng"), Cell(), Cell(1182)),
        (Cell("Trạng thái trên Cổng chậm cập nhật"), Cell(340), Cell(1522)),
        (Cell("Chưa có trên Cổng"), Cell(-52), Cell(1470)),
        (Cell("Cổng tính trùng hồ sơ"), Cell(28), Cell(1498)),
        (Cell("Quá hạn trên Cổng"), Cell(), Cell(1498)),
    ),
    totals=frozenset({0, 2, 6}),
    notes=(CUTOFF, "Nguồn: Cổng Dịch vụ công quốc gia; hệ thống của tỉnh (đối soát số 12)."),
)
_BARS = [
    WaterfallBar("Quá hạn tại tỉnh", 1217, "1.217", is_total=True),
    WaterfallBar("Cổng tính theo ngày, tỉnh tính theo giờ", -35, "-35"),
    WaterfallBar("Trạng thái trên Cổng chậm cập nhật", 340, "+340"),
    WaterfallBar("Quá hạn trên Cổng", 1522, "1.522", is_total=True),
]
BRIDGE_CHART = Chart(
    key="bridge_chart",
    title="Từ số quá hạn tại tỉnh đến số quá hạn trên Cổng",
    alt="Tại tỉnh 1.217 hồ sơ quá hạn; trên Cổng 1.498, do trạng thái chậm cập nhật 340 hồ sơ.",
    spec=waterfall(_BARS),
    shape=Shape.WATERFALL,
    table="bridge",
    across="step",
    up=("change", "reached"),
)


def series(count: int = 4) -> Table:
    """Scores of ``count`` periods, a line each."""
    values = (Decimal("52.5"), Decimal("63.11"), None, Decimal("66.31"))
    return Table(
        key="series",
        title="Điểm số tổng hợp qua các kỳ",
        columns=(
            Column(key="period", heading="Kỳ", width=16),
            Column(key="score", heading="Điểm của tỉnh", kind=Kind.POINTS, width=12),
            Column(key="mean", heading="Trung bình cả nước", kind=Kind.POINTS, width=12),
            Column(key="change", heading="Tăng, giảm", kind=Kind.CHANGE, width=12),
        ),
        rows=tuple(
            (
                Cell(f"Tháng {4 + at}/2024"),
                Cell(values[at % 4], said="chưa công bố" if values[at % 4] is None else ""),
                Cell(Decimal("61.2")),
                Cell(Decimal("-1.5") if at % 2 else Decimal("10.61")),
            )
            for at in range(count)
        ),
        notes=(CUTOFF,),
    )


SERIES_CHART = Chart(
    key="series_chart",
    title="Điểm số tổng hợp qua các kỳ",
    alt="Điểm của tỉnh tăng từ 52,5 lên 66,31; kỳ tháng 6 chưa công bố.",
    spec=waterfall(_BARS[:1]),
    shape=Shape.LINES,
    table="series",
    across="period",
    up=("score", "mean"),
)
UNITS_CHART = Chart(
    key="units_chart",
    title="Tỷ lệ quá hạn trên Cổng theo cơ quan, đơn vị",
    alt="Tỷ lệ quá hạn của 12 cơ quan, đơn vị đầu bảng.",
    spec=waterfall(_BARS[:2]),
    shape=Shape.BARS,
    table="units",
    across="unit",
    up=("share",),
)


def units(count: int = 12, name: str = "Ủy ban nhân dân huyện số") -> Table:
    """A table of units, twelve columns of every kind, with a band and a total."""
    columns = (
        Column(key="place", heading="STT", kind=Kind.COUNT, width=5),
        Column(key="unit", heading="Cơ quan, đơn vị", width=34),
        Column(key="late_province", heading="Tại tỉnh", kind=Kind.COUNT, above="Quá hạn"),
        Column(key="late_portal", heading="Trên Cổng", kind=Kind.COUNT, above="Quá hạn"),
        Column(key="change", heading="Chênh lệch", kind=Kind.SIGNED, above="Quá hạn"),
        Column(key="counted", heading="Tổng số hồ sơ", kind=Kind.COUNT),
        Column(key="share", heading="Tỷ lệ quá hạn", kind=Kind.PERCENT),
        Column(key="score", heading="Điểm", kind=Kind.POINTS, above="Bộ chỉ số 766"),
        Column(key="moved", heading="So kỳ trước", kind=Kind.CHANGE, above="Bộ chỉ số 766"),
        Column(key="rank", heading="Xếp hạng", kind=Kind.RANK, above="Bộ chỉ số 766", width=9),
        Column(key="day", heading="Ngày tiếp nhận cũ nhất", kind=Kind.DAY),
        Column(key="read", heading="Đọc lúc", kind=Kind.INSTANT, width=17),
    )
    rows = [
        (Cell("Cấp huyện"), *[Cell()] * 11),
        *(_unit(at, f"{name} {at}") for at in range(1, count + 1)),
        (
            Cell(),
            Cell("Toàn tỉnh"),
            Cell(12_170),
            Cell(14_980),
            Cell(2_810),
            Cell(98_231),
            Cell(Decimal("15.25")),
            Cell(Decimal("66.31")),
            Cell(Decimal("3.2")),
            Cell(50),
            Cell(date(2024, 2, 9)),
            Cell(datetime(2024, 7, 24, 9, 0, tzinfo=UTC)),
        ),
    ]
    return Table(
        key="units",
        title="Số hồ sơ quá hạn và kết quả Bộ chỉ số 766 theo cơ quan, đơn vị",
        columns=columns,
        rows=tuple(rows),
        totals=frozenset({count + 1}),
        bands=frozenset({0}),
        notes=(CUTOFF, "Nguồn: Cổng Dịch vụ công quốc gia và hệ thống của tỉnh."),
    )


def _unit(at: int, name: str) -> tuple[Cell, ...]:
    head = (Cell(at), Cell(name))
    if at % 5 == 0:
        return (*head, Cell(said=NONE, mark="note"), *[Cell()] * 9)
    return (
        *head,
        Cell(100 * at),
        Cell(130 * at, mark="bad"),
        Cell(30 * at if at % 2 else -7),
        Cell(1_000 * at),
        Cell(Decimal(13) if at % 3 else Decimal("12.99"), mark="bad" if at % 3 else "good"),
        Cell(Decimal("66.3"), mark="provisional"),
        Cell(Decimal("-1.25")),
        Cell(at),
        Cell(date(2024, 3, 5)),
        Cell(datetime(2024, 7, 24, 9, 30, 59, tzinfo=UTC)),
    )


EMPTY = Table(
    key="empty",
    title="Hồ sơ chưa rõ nguyên nhân",
    columns=(Column(key="code", heading="Mã hồ sơ", width=25), Column(key="why", heading="Lý do")),
    rows=(),
    notes=(CUTOFF,),
)
ODD = Table(
    key="odd",
    title="=Bảng [lạ]: 'tên'/*dài*? \\ " + LONG_NAME,
    columns=(
        Column(key="name", heading="Tên cơ quan, đơn vị hành chính sự nghiệp", width=30),
        Column(key="value", heading="=Giá trị", kind=Kind.PERCENT, width=4),
    ),
    rows=(
        *((Cell(words), Cell(words)) for words in FORMULAS),
        (Cell(HOSTILE), Cell(said=HOSTILE)),
        (Cell(LONG_NAME, mark="bad"), Cell(0)),
        (Cell("x" * 40_000), Cell(Decimal(100), mark="unheard-of")),
        (Cell("https://a.example"), Cell(date(2024, 7, 1))),
    ),
)
LETTERHEAD = Letterhead(
    authority_above="Ủy ban nhân dân tỉnh Sóc Trăng",
    authority="Văn phòng",
    place="Sóc Trăng",
    day=date(2024, 7, 5),
    subject="kết quả đối soát hồ sơ thủ tục hành chính và Bộ chỉ số 766 tháng 7/2024",
    to=("Các sở, ban, ngành tỉnh", "Ủy ban nhân dân các huyện, thị xã, thành phố"),
    copies=("Như trên", "Thường trực Ủy ban nhân dân tỉnh (để báo cáo)"),
)


BODY = (
    (
        "Thực hiện chỉ đạo của Chủ tịch Ủy ban nhân dân tỉnh về nâng cao chất lượng giải quyết thủ "
        "tục hành chính, Văn phòng Ủy ban nhân dân tỉnh thông báo kết quả đối soát hồ sơ giữa hệ "
        "thống thông tin giải quyết thủ tục hành chính của tỉnh và Cổng Dịch vụ công quốc gia "
        "tháng 7/2024."
    ),
    (
        "Tính đến 16:00 ngày 24/7/2024, toàn tỉnh có 1.217 hồ sơ quá hạn; trên Cổng là 1.498 hồ "
        "sơ, chênh lệch 281 hồ sơ."
    ),
    "Đề nghị các cơ quan, đơn vị rà soát, cập nhật trạng thái hồ sơ trước ngày 31/7/2024.",
)


def document(
    *annexes: Section, letterhead: Letterhead = LETTERHEAD, body: tuple[str, ...] = ()
) -> Document:
    """A report of these annexes; ``body`` are the paragraphs of the letter itself."""
    words = body or BODY
    letter = Section(
        key="letter",
        title="",
        blocks=tuple(Paragraph(each) for each in words),
        is_annex=False,
    )
    return Document(
        key="province",
        title="Báo cáo kết quả đối soát và Bộ chỉ số 766 tháng 7/2024",
        subtitle="Tỉnh Sóc Trăng",
        cutoff=CUTOFF,
        letterhead=letterhead,
        sections=(letter, *annexes),
    )


def section(key: str, title: str, *blocks: Table | Chart | Paragraph) -> Section:
    """An annex."""
    return Section(key=key, title=title, blocks=blocks)


NOTES = Section(
    key="notes",
    title="Căn cứ và cách đọc số liệu",
    blocks=(
        Paragraph("Cổng Dịch vụ công quốc gia: đọc lúc 16:00 24/7/2024.", is_note=True),
        Paragraph("Điểm do Cổng công bố được giữ nguyên, không tính lại.", is_note=True),
    ),
)
USUAL = document(
    section(
        "reconciliation",
        "Kết quả đối soát hồ sơ quá hạn",
        Paragraph("Cầu nối dưới đây giải thích chênh lệch giữa hai hệ thống."),
        BRIDGE,
        BRIDGE_CHART,
    ),
    section("units", "Kết quả theo cơ quan, đơn vị", units(), UNITS_CHART),
    section("series", "Diễn biến qua các kỳ", series(), SERIES_CHART),
    NOTES,
)
NASTY = document(
    section("odd", LONG_NAME, ODD),
    section("empty", "Bảng không có dòng nào", EMPTY),
    section("many", "Hai trăm đơn vị", units(200, LONG_NAME)),
    letterhead=Letterhead(
        authority_above="",
        authority=LONG_NAME,
        place=HOSTILE,
        day=date(2024, 11, 25),
        subject="=" + LONG_NAME,
        number="12/VP-TTHC",
        to=("Sở Nội vụ",),
        signer_role="Chánh Văn phòng",
    ),
)
