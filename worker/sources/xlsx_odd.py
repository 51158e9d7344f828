"""Errors, formulas without values and hidden rows, read from the XML of an xlsx."""

import re
import zipfile
from collections.abc import Iterator

from worker.core.workbook.cells import NO_VALUE
from worker.sources.odd import Odd

BOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"

_ATTRIBUTE = r"""\b{}\s*=\s*["']([^"'<>]*)["']"""
_sheet = re.compile(r"<(?:\w+:)?sheet\s[^<>]*>")
_relation = re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>")
_name = re.compile(_ATTRIBUTE.format("name"))
_sheet_relation = re.compile(_ATTRIBUTE.format(r"\w+:id"))
_id = re.compile(_ATTRIBUTE.format("Id"))
_target = re.compile(_ATTRIBUTE.format("Target"))

_worked_out_when_opened = re.compile(r"""\bfullCalcOnLoad\s*=\s*["'](?:1|true)["']""")
_cell = re.compile(rb"<(?:\w+:)?c\s([^<>]*[^<>/])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_place = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_kind = re.compile(rb"\bt\s*=\s*[\"'](\w+)[\"']")
_error = re.compile(rb"\bt\s*=\s*[\"']e[\"']")
_value = re.compile(rb"<(?:\w+:)?v\s*>([^<]+)<")
_place_of_value = re.compile(rb"<(?:\w+:)?v\s*/?>")
_formula = re.compile(rb"<(?:\w+:)?f[\s/>]")
_hidden_row = re.compile(
    rb"<(?:\w+:)?row\s(?=[^<>]*\bhidden\s*=\s*[\"'](?:1|true)[\"'])[^<>]*?\br\s*=\s*[\"']([0-9]{1,7})[\"']"
)


def odd_in_xlsx(packed: zipfile.ZipFile) -> dict[str, Odd]:
    """What is odd in the sheets of an xlsx, by their names."""
    parts = frozenset(packed.namelist())
    if _RELATIONS not in parts:
        return {}
    book = packed.read(BOOK).decode("utf-8", "replace")
    # Such a book was written by a program, with 0 where Excel is to put its own value.
    zeros_are_values = _worked_out_when_opened.search(book) is None
    return {
        name: _odd(packed.read(part), zeros_are_values=zeros_are_values)
        for name, part in _parts(packed, book)
        if part in parts
    }


def _parts(packed: zipfile.ZipFile, book: str) -> Iterator[tuple[str, str]]:
    """The names of the sheets and the parts that hold them."""
    targets = {
        _first(_id, each): _first(_target, each)
        for each in _relation.findall(packed.read(_RELATIONS).decode("utf-8", "replace"))
    }
    for each in _sheet.findall(book):
        target = targets.get(_first(_sheet_relation, each), "")
        whole = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        yield unescaped(_first(_name, each)), whole


def _first(pattern: re.Pattern[str], tag: str) -> str:
    match = pattern.search(tag)
    return match[1] if match else ""


def unescaped(name: str) -> str:
    """A text as it was before it was put into XML."""
    for sign, entity in (("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&apos;")):
        name = name.replace(entity, sign)
    return name.replace("&amp;", "&")


def _odd(xml: bytes, *, zeros_are_values: bool) -> Odd:
    hidden = frozenset(int(number) - 1 for number in _hidden_row.findall(xml))
    return Odd(dict(_odd_cells(xml, zeros_are_values=zeros_are_values)), hidden)


def _odd_cells(xml: bytes, *, zeros_are_values: bool) -> Iterator[tuple[tuple[int, int], str]]:
    if not (_error.search(xml) or _formula.search(xml)):
        return
    for match in _cell.finditer(xml):
        text = _odd_text(match[1], match[2], zeros_are_values=zeros_are_values)
        place = _place.search(match[1]) if text else None
        if text and place:
            yield (int(place[2]) - 1, _column(place[1])), text


def _odd_text(attributes: bytes, inside: bytes, *, zeros_are_values: bool) -> str | None:
    """What stands in a cell that is no value; None where it is one, or truly empty."""
    kind, value = _kind.search(attributes), _value.search(inside)
    if kind and kind[1] == b"e":
        return value[1].decode("utf-8", "replace") if value else NO_VALUE
    if not _formula.search(inside) or (value and (zeros_are_values or value[1] != b"0")):
        return None
    # A formula whose value is an empty text says so.
    is_empty_text = kind is not None and kind[1] == b"str" and _place_of_value.search(inside)
    return None if is_empty_text else NO_VALUE


def _column(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = 26 * column + letter - ord("A") + 1
    return column - 1
