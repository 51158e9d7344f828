import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook
from starlette.responses import Response, StreamingResponse

from worker.console.download import Kind, download
from worker.errors import PermanentError

AT = datetime(2024, 7, 24, 9, 30, tzinfo=UTC)
HEADINGS = ("Mã", "Số", "Lúc", "Ngày")


def content_of(answer: Response) -> bytes:
    async def read() -> bytes:
        assert isinstance(answer, StreamingResponse)
        portions = [part async for part in answer.body_iterator]
        return b"".join(part for part in portions if isinstance(part, bytes))

    return asyncio.run(read())


def cells_of(answer: Response) -> list[tuple[object, ...]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content_of(answer)))
    return [tuple(row) for row in book.get_sheet_by_index(0).to_python()]


def test_a_workbook_has_cells_of_their_own_types_on_vietnams_clock() -> None:
    answer = download("ho-so", HEADINGS, [("H99.01", 1234, AT, date(2024, 7, 1))], "xlsx")
    assert answer.headers["content-disposition"] == 'attachment; filename="ho-so.xlsx"'
    head, row = cells_of(answer)
    assert head == HEADINGS
    assert row == ("H99.01", 1234, datetime(2024, 7, 24, 16, 30), date(2024, 7, 1))  # noqa: DTZ001 - as cells hold it


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_text_that_looks_like_a_formula_stays_text(sign: str) -> None:
    words = f'{sign}HYPERLINK("http://evil.example")'
    content = content_of(download("x", ("A",), [(words,)], "xlsx"))
    with ZipFile(BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert f"<t>{escape(words)}</t>" in sheet
        assert b'quotePrefix="1"' in book.read("xl/styles.xml")
    lines = content_of(download("x", ("A",), [(words,)], "csv")).decode("utf-8-sig")
    assert f"'{sign}HYPERLINK" in lines


def test_a_negative_number_is_a_number_in_both_kinds() -> None:
    assert cells_of(download("x", ("A",), [(-3,)], "xlsx"))[1] == (-3,)
    assert content_of(download("x", ("A",), [(-3,)], "csv")).decode("utf-8-sig") == "A\r\n-3\r\n"


def test_csv_is_utf8_with_its_mark_and_says_nothing_for_none() -> None:
    answer = download("x", HEADINGS, [("Đơn vị, A", None, AT, date(2024, 7, 1))], "csv")
    told = content_of(answer)
    assert told.startswith(b"\xef\xbb\xbf")
    last = told.decode("utf-8-sig").splitlines()[1]
    assert last == '"Đơn vị, A",,2024-07-24 16:30:00,2024-07-01'


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_rows_are_read_before_the_answer_is_given(kind: Kind) -> None:
    read: list[int] = []

    def rows() -> Iterator[Sequence[object]]:
        for each in range(3):
            read.append(each)
            yield (each,)

    answer = download("x", ("A",), rows(), kind)
    assert read == [0, 1, 2]
    assert content_of(answer)


@pytest.mark.slow
def test_more_rows_than_a_sheet_has_are_refused_and_not_cut() -> None:
    rows = ((each,) for each in range(1_048_576))
    with pytest.raises(PermanentError) as refused:
        download("x", ("A",), rows, "xlsx")
    assert refused.value.key == "download_too_long"


def test_a_name_can_not_break_out_of_its_header() -> None:
    answer = download('a"\r\nSet-Cookie: x', ("A",), [], "csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="a-Set-Cookie-x.csv"'
