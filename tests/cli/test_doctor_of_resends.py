"""The doctor on re-sends: what keeps them from going, and who has to act."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from models.dossier import Dossier
from models.operator import Operator
from models.resend import ResendItem, ResendRequest
from models.resend_types import ResendAnswer, ResendState
from models.roles import Role
from models.source import Source
from models.types import Cause, Side, Status
from tests.cli.conftest import doisoat
from worker.db.engine import open_engine

NOW = datetime(2024, 7, 24, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PASSWORD = {"DOISOAT_SOURCES__TINH__PASSWORD": "mat-khau"}
TOML = """
now = "{now}"
[province]
code = "H99"
name = "Tỉnh Mẫu"
seeds = "{seeds}"
[sources.tinh]
kind = "opencps"
url = "http://127.0.0.1:1"
username = "u"
group_id = "1"
[sources.cong]
kind = "portal"
adapter_url = "http://127.0.0.1:1"
madonvi = "H99"
username = "u"
[resend]
enabled = true
"""


@pytest.fixture
def folder(tmp_path: Path, province_folder: Path) -> Path:
    """An installation with an empty store where dossiers may be sent again."""
    text = TOML.format(seeds=province_folder, now=NOW.isoformat())
    (tmp_path / "doisoat.toml").write_text(text, encoding="utf-8")
    assert doisoat(tmp_path, "db", "upgrade").code == 0
    return tmp_path


def enter(folder: Path, *rows: Operator | ResendRequest | ResendItem | Dossier) -> None:
    engine = open_engine(f"sqlite:///{folder / '.doisoat' / 'doisoat.db'}")
    with Session(engine) as session, session.begin():
        if session.get(Source, 1) is None:
            for side, name in ((Side.PROVINCE, "tinh"), (Side.PORTAL, "cong")):
                session.add(Source(name=name, side=side, kind="opencps", rule="portal"))
                session.flush()
        for row in rows:
            session.add(row)
            session.flush()
    engine.dispose()


def account(name: str, role: Role) -> Operator:
    return Operator(name=name, role=role, units=[], created_at=NOW, created_by="thử")


def request(state: ResendState, at: datetime, decided_at: datetime | None = None) -> ResendRequest:
    return ResendRequest(
        source_id=1,
        portal_source_id=2,
        unit="H99.01",
        by_hand=False,
        state=state,
        asked_by="an",
        asked_at=at,
        decided_at=decided_at,
        reason="thử",
    )


def item(number: int, sent_at: datetime) -> ResendItem:
    return ResendItem(
        request_id=1,
        dossier_id=number,
        discrepancy_id=number,
        code=f"H99.01-240701-{number:04}",
        external_id=str(number),
        status=Status.IN_PROCESS,
        is_known=True,
        cause=Cause.STATUS_BEHIND,
        contribution=1,
        sent_at=sent_at,
        answer=ResendAnswer.NO_ANSWER,
    )


def rewrite(folder: Path, before: str, after: str) -> None:
    file = folder / "doisoat.toml"
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")


def found(
    folder: Path, environment: Mapping[str, str] = PASSWORD
) -> Sequence[tuple[str, str, str]]:
    done = doisoat(folder, "doctor", "--offline", "--json", environment=environment)
    return [
        (each["level"], each["message"], each["advice"] or "")
        for each in done.json["items"]
        if each["check"] == "resends"
    ]


def test_where_nothing_hinders_it_says_so(folder: Path) -> None:
    ((level, message, _),) = found(folder)
    assert (level, "không yêu cầu nào bị vướng" in message) == ("ok", True)


def test_accounts_that_can_not_approve_what_they_ask_for_are_told(folder: Path) -> None:
    enter(folder, account("an", Role.OPERATOR))
    ((level, message, advice),) = found(folder)
    assert (level, "được duyệt" in message) == ("warning", True)
    assert "--role approver" in advice
    enter(folder, account("binh", Role.APPROVER))
    assert [each[0] for each in found(folder)] == ["ok"]


def test_somebody_alone_can_not_do_both(folder: Path) -> None:
    enter(folder, account("an", Role.ADMIN), account("binh", Role.VIEWER))
    ((level, message, _),) = found(folder)
    assert (level, "không được tự duyệt" in message) == ("warning", True)


def test_a_province_whose_password_is_missing_is_a_problem(folder: Path) -> None:
    ((level, _, advice),) = found(folder, {})
    assert (level, "sửa nguồn này" in advice) == ("problem", True)


def test_a_system_without_such_a_call_is_told_as_a_note(folder: Path) -> None:
    rewrite(folder, 'group_id = "1"', 'group_id = "1"\nresend = false')
    note, well = found(folder)
    assert (note[0], "giao bằng danh sách" in note[1]) == ("note", True)
    assert well[0] == "ok"


def test_requests_that_wait_for_somebody_are_named_with_what_to_do(folder: Path) -> None:
    enter(
        folder,
        request(ResendState.HELD, NOW - HOUR),
        request(ResendState.ASKED, NOW - 2 * DAY),
        request(ResendState.ASKED, NOW - HOUR),
        request(ResendState.APPROVED, NOW - 3 * DAY, NOW - 2 * DAY),
        request(ResendState.APPROVED, NOW - 3 * DAY, NOW - HOUR),
    )
    told = found(folder)
    assert [each[0] for each in told] == ["warning"] * 3
    held, asked, approved = told
    assert held[1].endswith("số 1.")
    assert "doisoat resend approve 1" in held[2]
    assert asked[1].endswith("số 2.")
    assert approved[1].endswith("số 4.")
    assert "doisoat resend send 4" in approved[2]


def test_dossiers_without_an_answer_are_counted_for_a_week(folder: Path) -> None:
    dossiers = [Dossier(id=number, created_at=NOW) for number in (1, 2)]
    over = request(ResendState.DONE, NOW - 9 * DAY)
    enter(folder, *dossiers, over, item(1, NOW - DAY), item(2, NOW - 8 * DAY))
    ((level, message, _),) = found(folder)
    assert (level, message.startswith("1 hồ sơ")) == ("warning", True)


def test_what_is_off_is_told_only_where_requests_are_left(folder: Path) -> None:
    rewrite(folder, "enabled = true", "enabled = false")
    assert found(folder) == []
    enter(folder, request(ResendState.ASKED, NOW))
    ((level, message, _),) = found(folder)
    assert (level, "đang tắt" in message) == ("warning", True)
