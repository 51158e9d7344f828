"""Answers to a mail over real HTTP: asked for first, kept once, and only for who holds the link."""

import re
import stat
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.audit import AuditEntry
from models.incident import Incident, IncidentStep
from models.types import IncidentKind, IncidentState, IncidentStepKind
from tests.console.conftest import Console, configured, consoled
from tests.places import AS_OF, Place, connected
from tests.stores import all_text, rows_of
from worker.bootstrap import link_secret, mail_links, services
from worker.core.alerts.tokens import VALID_FOR, Answer, token_of
from worker.settings.model import Settings

HANDLED = Answer(
    what=IncidentStepKind.HANDLED,
    unit="H99.01",
    incidents=(1,),
    expires_at=AS_OF + VALID_FOR,
)
NOT_OURS = replace(HANDLED, what=IncidentStepKind.NOT_OURS)


@pytest.fixture
def engine_of(settings: Settings) -> Iterator[Engine]:
    with services(settings):
        # The embedded store is made at first use.
        pass
    with connected(settings) as engine:
        yield engine


def incident(engine: Engine, *, state: IncidentState = IncidentState.OPEN) -> int:
    row = Incident(
        kind=IncidentKind.LATE_DIFFERENCE,
        unit="H99.01",
        key=f"late_difference/H99.01/{state.value}",
        state=state,
        seen_at=AS_OF - timedelta(hours=2),
        opened_at=AS_OF - timedelta(hours=1),
        last_seen_at=AS_OF,
        resolved_at=AS_OF if state is IncidentState.RESOLVED else None,
        value={"difference": 3},
    )
    with Session(engine) as session, session.begin():
        session.add(row)
        session.flush()
        assert row.id is not None
        return row.id


def address(console: Console, answer: Answer) -> str:
    path = "handled" if answer.what is IncidentStepKind.HANDLED else "not-ours"
    return f"/{path}/{token_of(answer, link_secret(console.settings))}"


def press(console: Console, answer: Answer, comment: str = "") -> httpx.Response:
    return console.client.post(address(console, answer), data={"comment": comment})


def steps(engine: Engine) -> list[tuple[IncidentStepKind, str | None]]:
    return [(step.what, step.text) for step in rows_of(engine, IncidentStep)]


@pytest.mark.parametrize("answer", [HANDLED, NOT_OURS])
def test_opening_a_link_asks_and_changes_nothing(
    console: Console, engine_of: Engine, answer: Answer
) -> None:
    incident(engine_of)
    assert console.client.head(address(console, answer)).status_code == 200
    page = console.get(address(console, answer))
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text.count("<button") == 1
    assert 'method="post"' in page.text
    assert 'maxlength="500"' in page.text
    assert 'lang="vi"' in page.text
    assert "Thư gửi Sở Thử Nghiệm nói về:" in page.text
    assert steps(engine_of) == []
    assert rows_of(engine_of, AuditEntry) == []


def test_the_button_keeps_the_answer_once_with_when_and_for_which_unit(
    console: Console, engine_of: Engine
) -> None:
    number = incident(engine_of)
    first, again = press(console, HANDLED, "Đã gửi lại"), press(console, HANDLED, "Đã gửi lại")
    assert (first.status_code, again.status_code) == (200, 200)
    assert "Đã ghi nhận lúc 16:00 24/7/2024" in first.text
    assert "đã được ghi nhận từ trước" in again.text
    (step,) = rows_of(engine_of, IncidentStep)
    assert (step.incident_id, step.what, step.at) == (number, IncidentStepKind.HANDLED, AS_OF)
    assert (step.text, step.by) == ("Đã gửi lại", "liên kết trong thư gửi Sở Thử Nghiệm")
    (row,) = rows_of(engine_of, Incident)
    assert (row.acknowledged_at, row.acknowledged_by) == (AS_OF, step.by)
    (entry,) = rows_of(engine_of, AuditEntry)
    assert (entry.by, entry.reason) == (step.by, "Đã gửi lại")


def test_another_answer_and_another_comment_are_kept_too(
    console: Console, engine_of: Engine
) -> None:
    incident(engine_of)
    press(console, HANDLED)
    press(console, HANDLED, "Xong lúc 9 giờ")
    press(console, HANDLED, "Xong lúc 9 giờ")
    press(console, NOT_OURS)
    assert steps(engine_of) == [
        (IncidentStepKind.HANDLED, None),
        (IncidentStepKind.COMMENTED, "Xong lúc 9 giờ"),
        (IncidentStepKind.NOT_OURS, None),
    ]


def test_what_is_over_needs_no_answer_but_a_comment_is_kept(
    console: Console, engine_of: Engine
) -> None:
    incident(engine_of, state=IncidentState.RESOLVED)
    assert "đã tự kết thúc" in press(console, HANDLED).text
    assert steps(engine_of) == []
    press(console, HANDLED, "Do mất điện")
    assert steps(engine_of) == [(IncidentStepKind.COMMENTED, "Do mất điện")]


def test_a_mail_about_several_incidents_is_answered_for_all_that_are_left(
    console: Console, engine_of: Engine
) -> None:
    incident(engine_of)
    answer = replace(HANDLED, incidents=(1, 99))
    assert press(console, answer).status_code == 200
    assert len(steps(engine_of)) == 1
    gone = press(console, replace(HANDLED, incidents=(99,)))
    assert gone.status_code == 410
    assert "<form" not in gone.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_has_expired_says_so_in_one_sentence(
    console: Console, engine_of: Engine, method: str
) -> None:
    incident(engine_of)
    old = replace(HANDLED, expires_at=AS_OF)
    page = console.client.request(method, address(console, old))
    assert page.status_code == 410
    assert "Liên kết đã hết hạn" in page.text
    assert "<form" not in page.text
    assert steps(engine_of) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_forged_link_says_so_in_one_sentence(
    console: Console, engine_of: Engine, method: str
) -> None:
    incident(engine_of)
    right = address(console, HANDLED)
    forged = [
        f"/handled/{token_of(HANDLED, 'another-secret-0123456789')}",
        right[:-1] + ("A" if right[-1] != "A" else "B"),
        right.replace("/handled/", "/not-ours/"),
        "/handled/x",
        "/handled/" + quote("điện") + "." + "A" * 5000,
    ]
    for each in forged:
        page = console.client.request(method, each)
        assert page.status_code == 404
        assert "Liên kết không đúng" in page.text
    assert steps(engine_of) == []


def test_a_comment_is_kept_up_to_500_characters_and_a_longer_one_is_given_back(
    console: Console, engine_of: Engine
) -> None:
    incident(engine_of)
    long = press(console, HANDLED, "ữ" * 501)
    assert long.status_code == 400
    assert "quá 500 ký tự" in long.text
    assert "ữ" * 501 in long.text
    assert steps(engine_of) == []
    lines = "\r\n".join(["ữ" * 99] * 5)
    assert press(console, HANDLED, lines).status_code == 200
    assert steps(engine_of) == [(IncidentStepKind.HANDLED, lines.replace("\r\n", "\n"))]


def test_a_form_beyond_all_measure_is_refused_unread(console: Console, engine_of: Engine) -> None:
    incident(engine_of)
    assert press(console, HANDLED, "x" * 20_000).status_code == 413
    assert steps(engine_of) == []


def test_what_people_write_is_shown_as_text_and_kept_without_personal_data(
    console: Console, engine_of: Engine
) -> None:
    incident(engine_of)
    page = press(console, HANDLED, "<script>alert(1)</script>" + "x" * 500)
    assert "<script" not in page.text
    press(console, HANDLED, "Gọi 0901234567 hoặc viết a@b.example")
    kept = all_text(engine_of)
    assert "0901234567" not in kept
    assert "a@b.example" not in kept


def test_the_page_runs_nothing_loads_nothing_and_remembers_nobody(
    console: Console, engine_of: Engine
) -> None:
    incident(engine_of)
    for page in (console.get(address(console, HANDLED)), press(console, HANDLED)):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
        digest = b64encode(sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in policy
        assert "set-cookie" not in page.headers
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert not re.search(r"<script|style=|src=|http", page.text)


def test_the_log_does_not_hold_what_would_let_others_answer(
    console: Console, engine_of: Engine, place: Place
) -> None:
    incident(engine_of)
    where = address(console, HANDLED)
    console.get(where)
    press(console, HANDLED, "Ghi chú riêng")
    log = (place.folder / "console.log").read_text(encoding="utf-8")
    assert "/handled/…" in log
    assert where.rpartition("/")[2][:20] not in log
    assert "Ghi chú riêng" not in log


def test_a_store_that_is_away_is_told_on_a_page_too(light_place: Place) -> None:
    settings = configured(light_place, DOISOAT_DATABASE_URL="postgresql://x:y@127.0.0.1:1/doisoat")
    with consoled(settings) as console:
        page = console.get(address(console, HANDLED))
    assert page.status_code == 503
    assert "thử lại sau" in page.text


def test_without_a_secret_one_is_made_for_its_owner_alone_and_kept(light_place: Place) -> None:
    settings = configured(light_place)
    made = link_secret(settings)
    assert len(made) >= 32
    assert link_secret(settings) == made
    (file,) = settings.data_dir.glob("link-secret*")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    told = configured(light_place, DOISOAT_CONSOLE__LINK_SECRET="told-by-an-operator")
    assert link_secret(told) == "told-by-an-operator"


def test_mails_have_links_only_where_it_is_known_where_the_console_is(light_place: Place) -> None:
    now: datetime = AS_OF
    assert mail_links(configured(light_place), "H99.01", [1], now).handled is None
    settings = configured(light_place, DOISOAT_CONSOLE__PUBLIC_URL="https://doisoat.example/ds/")
    links = mail_links(settings, "H99.01", [1], now)
    assert (links.handled or "").startswith("https://doisoat.example/ds/handled/")
    assert links.console == "https://doisoat.example/ds/units/H99.01"
    assert mail_links(settings, "", [], now).console == "https://doisoat.example/ds/"
    with consoled(settings) as console, services(settings) as found:
        incident(found.engine)
        assert console.get(
            (links.not_ours or "").removeprefix("https://doisoat.example/ds")
        ).is_success
