"""A report as a workbook: a cover, a sheet a table with typed cells, and charts drawn from them.

``Paragraph``s stand on the cover. Two workbooks of one document are the same byte for byte.
"""

from collections.abc import Mapping
from datetime import datetime, time
from io import BytesIO
from typing import Any

from worker.i18n import text
from worker.render.report.document import Chart, Document
from worker.render.report.values import line
from worker.render.report.xlsx_chart_data import plot_of
from worker.render.report.xlsx_charts import ChartSheet
from worker.render.report.xlsx_cover import Cover
from worker.render.report.xlsx_formats import Formats
from worker.render.report.xlsx_names import sheet_names
from worker.render.report.xlsx_page import add_sheet
from worker.render.report.xlsx_table import TableSheet, write_table

_LONGEST_PROPERTY = 200


def workbook(document: Document) -> bytes:
    """The xlsx in the language in use; tables' keys are unique in a document.

    Dates stand on Vietnam's clock. It names the office and nobody, and is dated to the day of the
    letterhead.
    """
    from xlsxwriter import Workbook

    room = BytesIO()
    with Workbook(room, {"in_memory": True, "strings_to_urls": False}) as book:
        book.set_properties(_properties(document))
        formats = Formats(book)
        cover = add_sheet(book, text("report.workbook.cover"))
        places = _write_tables(book, formats, document)
        charts = _write_charts(book, formats, document, places)
        names = {key: place.name for key, place in places.items()}
        Cover(cover, formats).write(document, names, charts)
    return room.getvalue()


def _properties(document: Document) -> dict[str, Any]:
    return {
        "title": line(document.title)[:_LONGEST_PROPERTY],
        "subject": line(document.cutoff)[:_LONGEST_PROPERTY],
        "company": line(document.letterhead.authority)[:_LONGEST_PROPERTY],
        "created": datetime.combine(document.letterhead.day, time.min),
    }


def _write_tables(book: Any, formats: Formats, document: Document) -> Mapping[str, TableSheet]:
    titles = [table.title for table in document.tables]
    names = sheet_names(titles, text("report.workbook.untitled"))
    return {
        table.key: write_table(add_sheet(book, name), formats, table, document.cutoff)
        for table, name in zip(document.tables, names, strict=True)
    }


def _write_charts(
    book: Any, formats: Formats, document: Document, places: Mapping[str, TableSheet]
) -> str:
    """Every chart with something to draw; the name of their sheet, empty where there is none."""
    drawn = [
        (chart, plot, place)
        for section in document.sections
        for chart in section.blocks
        if isinstance(chart, Chart)
        and (place := places.get(chart.table))
        and (plot := plot_of(chart, place.table, place.shown))
    ]
    if not drawn:
        return ""
    name = text("report.workbook.charts")
    sheet = ChartSheet(book, add_sheet(book, name), formats)
    for chart, plot, place in drawn:
        sheet.draw(chart, plot, place)
    sheet.finish()
    return name
