"""What is said of the deadline for receiving a dossier filed online."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from models.types import RecordView, Status
from tests.core.dossiers import at, book, case, view
from worker.core.explanation import dossier_told
from worker.i18n import use_language
from worker.render.explanation_dossier import dossier_explained

AROUND: dict[str, Any] = {
    "dossier": "H51.01-240701-0001",
    "codes": ["H51.01-240701-0001"],
    "as_of": at(24, 16),
    "period": {"from": at(1).date(), "to": at(31).date()},
    "effects": [],
    "flags": [],
    "known": [],
    "asked": [],
    "discrepancies": [],
    "resends": [],
}


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    use_language("vi", strict=True)


def told(record: RecordView, as_of: datetime) -> dict[str, Any]:
    return dossier_told(case(record, ()), book(as_of=as_of), ())


def said(record: RecordView, as_of: datetime) -> str:
    out = io.StringIO()
    for part in dossier_explained(AROUND | told(record, as_of), {}):
        Console(file=out, width=160).print(part)
    return out.getvalue()


@pytest.mark.parametrize(
    ("received", "as_of", "sentence"),
    [
        (at(3, 15), at(24), "đã tiếp nhận đúng hạn lúc 15:00 3/7/2024"),
        (at(4, 16), at(24), "tiếp nhận MUỘN lúc 16:00 4/7/2024"),
        (None, at(4, 8), "chưa tiếp nhận, còn trong hạn"),
        (None, at(8), "chưa tiếp nhận, đã QUÁ HẠN"),
    ],
)
def test_the_deadline_and_whether_it_was_kept_are_told(
    received: datetime | None, as_of: datetime, sentence: str
) -> None:
    status = Status.IN_PROCESS if received else Status.NEW
    text = said(view(submitted_at=at(3, 10), received_at=received, status=status), as_of)
    assert "Hạn tiếp nhận" in text
    assert "Hạn 10:00 4/7/2024" in text
    assert sentence in text


def test_a_dossier_handed_in_at_the_counter_has_no_such_deadline() -> None:
    assert "Hạn tiếp nhận" not in said(view(submitted_at=None), at(24))


def test_programs_are_told_the_same() -> None:
    record = view(submitted_at=at(3, 10), received_at=at(4, 16))
    assert told(record, at(24))["reception"] == {
        "submitted_at": "2024-07-03T10:00:00+07:00",
        "until": "2024-07-04T10:00:00+07:00",
        "answered_at": "2024-07-04T16:00:00+07:00",
        "late": True,
    }
    assert told(record, at(3, 10) - timedelta(hours=1))["reception"] is None
