"""Everything that can be understood of a file has its words."""

import ast
from pathlib import Path

import pytest

from worker.core.workbook.headings import Field
from worker.core.workbook.layout import TableKind
from worker.core.workbook.rows import RowKind
from worker.i18n import has_text, use_language

CORE = Path(__file__).parents[2] / "worker" / "core" / "workbook"


@pytest.fixture(autouse=True, params=["vi", "en"])
def language(request: pytest.FixtureRequest) -> None:
    use_language(str(request.param), strict=True)


def notes() -> set[str]:
    """The keys of all notes that the core takes."""
    return {
        str(node.args[0].value)
        for file in CORE.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ("Note", "_counted")
        and isinstance(node.args[0], ast.Constant)
    }


def test_fields_rows_and_tables_have_their_words() -> None:
    fields = set(Field) - {Field.PERSONAL, Field.PLACE}
    rows = set(RowKind) - {RowKind.DATA, RowKind.BLANK}
    keys = [f"importing.field.{field.value}" for field in fields]
    keys += [f"importing.ignored.{kind.value}" for kind in rows]
    keys += [f"importing.{kind.value}" for kind in TableKind]
    assert [key for key in keys if not has_text(key)] == []


def test_notes_have_their_words() -> None:
    assert {"total_differs", "rows_repeated", "status_from_dates"} <= notes()
    assert [key for key in notes() if not has_text(f"importing.note.{key}")] == []
