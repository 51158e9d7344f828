"""A docx as a file: who made it is not said, and the same letter is the same bytes."""

from datetime import datetime, time
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.document import Document as File

from worker.i18n import language
from worker.render.report.document import Document
from worker.render.report.values import line

_LONGEST_PROPERTY = 250
# The first instant that a zip can tell.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
# Parts of the library's own template that say nothing about this letter.
_NOT_OURS = ("thumbnail", "extended-properties", "stylesWithEffects", "customXml")


def packed(file: File, document: Document) -> bytes:
    """The bytes of a letter."""
    _set_properties(file, document)
    _drop(file.part.package)
    _drop(file.part)
    written = BytesIO()
    file.save(written)
    return _without_times(written)


def _set_properties(file: File, document: Document) -> None:
    told = file.core_properties
    told.title = line(document.title)[:_LONGEST_PROPERTY]
    told.subject = line(document.letterhead.subject)[:_LONGEST_PROPERTY]
    told.author = told.last_modified_by = told.comments = told.keywords = ""
    told.language = language()
    told.revision = 1
    told.created = told.modified = datetime.combine(document.letterhead.day, time.min)


def _drop(part: Any) -> None:
    for key, relation in list(part.rels.items()):
        if relation.reltype.rsplit("/", 1)[-1] in _NOT_OURS:
            part.rels.pop(key)


def _without_times(written: BytesIO) -> bytes:
    room = BytesIO()
    with ZipFile(written) as given, ZipFile(room, "w", ZIP_DEFLATED) as archive:
        for name in given.namelist():
            entry = ZipInfo(name, _NO_TIME)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, given.read(name))
    return room.getvalue()
