"""Charts on paper: a picture with words for those who do not see it."""

import struct
from io import BytesIO

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm

from worker.render.charts import chart_png
from worker.render.report.document import Chart
from worker.render.report.docx_xml import describe_picture
from worker.render.report.values import line

# Pictures are drawn so many times finer than they are shown, 96 points an inch.
_SCALE = 3
_POINT = 25.4 / 96
_HIGHEST = 200.0
# Where a PNG says its width and height (PNG, third edition, 11.2.1).
_SIZE = slice(16, 24)


def add_chart(document: Document, chart: Chart, room: float) -> None:
    """A picture at most ``room`` millimetres wide, its title below it."""
    picture = chart_png(chart.spec, _SCALE)
    across, down = (side / _SCALE * _POINT for side in struct.unpack(">II", picture[_SIZE]))
    share = min(1.0, room / across, _HIGHEST / down)
    holder = document.add_paragraph()
    holder.alignment = WD_ALIGN_PARAGRAPH.CENTER
    holder.paragraph_format.keep_with_next = True
    holder.add_run().add_picture(BytesIO(picture), width=Mm(across * share))
    describe_picture(holder, line(chart.title), line(chart.alt))
    document.add_paragraph(line(chart.title), "Caption")
