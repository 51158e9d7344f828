"""What other systems tell: who is heard, once, and what becomes of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NoReturn

import pytest
from typing_extensions import override

from models.webhook import SeenWebhook
from tests.console.conftest import SECRET, Console, Desk, configured, consoled
from tests.places import AS_OF, Place, connected
from tests.stores import all_text, rows_of
from worker.bootstrap import Services
from worker.core.outbox_signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, signature
from worker.errors import StoreError
from worker.settings.model import Settings

CODE = "H99.01-240701-0001"
OTHER = "H99.01-240701-0002"


def seen_in(settings: Settings) -> list[SeenWebhook]:
    with connected(settings) as engine:
        return rows_of(engine, SeenWebhook)


def test_a_signed_message_queues_a_reading_of_just_these_dossiers(settings: Settings) -> None:
    with consoled(settings) as console:
        answer = console.tell({"dossiers": [CODE, OTHER], "nguoiNop": "Nguyễn Thị Mẫu"})
    assert (answer.status_code, answer.json()) == (202, {"runs": [41], "unreadable": 0})
    assert console.desk.queued == [("tinh", (CODE, OTHER))]
    assert console.desk.heard(1) == [(41,)]


def test_the_same_message_again_is_answered_alike_and_does_nothing(settings: Settings) -> None:
    with consoled(settings) as console:
        console.tell({"dossiers": [CODE]})
        again = console.tell({"dossiers": [CODE]})
        assert (again.status_code, again.json()) == (200, {"runs": [41], "unreadable": 0})
        assert len(console.desk.queued) == 1
        assert console.tell({"dossiers": [OTHER]}).status_code == 202
    assert console.desk.heard(2) == [(41,), (42,)]


def test_a_message_seen_is_known_in_another_process_however_its_signature_is_written(
    settings: Settings,
) -> None:
    with consoled(settings) as first:
        assert first.tell({"dossiers": [CODE]}).status_code == 202
    stamp = int(AS_OF.timestamp())
    body = b'{"dossiers": ["H99.01-240701-0001"]}'
    shouted = signature(SECRET, stamp, body).upper()
    with consoled(settings) as second:
        again = second.tell(
            body, headers={SIGNATURE_HEADER: shouted, TIMESTAMP_HEADER: f"0{stamp}"}
        )
        assert again.status_code == 200
        assert second.desk.queued == []


def test_what_was_seen_is_forgotten_once_its_time_stamp_is_too_old(place: Place) -> None:
    settings = configured(place)
    with consoled(settings) as console:
        console.tell({"dossiers": [CODE]})
    (row,) = seen_in(settings)
    assert (row.source, row.runs) == ("tinh", [41])
    assert row.expires_at == AS_OF + timedelta(minutes=5)
    later = AS_OF + timedelta(minutes=6)
    with consoled(configured(place, now=later)) as console:
        assert console.tell({"dossiers": [CODE]}).status_code == 401
        assert console.tell({"dossiers": [CODE]}, at=later).status_code == 202
    assert [each.expires_at for each in seen_in(settings)] == [later + timedelta(minutes=5)]


@pytest.mark.parametrize(
    ("minutes", "status"), [(-5, 202), (5, 202), (-5.1, 401), (5.1, 401), (-60 * 24, 401)]
)
def test_a_clock_may_be_wrong_by_five_minutes(
    console: Console, minutes: float, status: int
) -> None:
    answer = console.tell({"dossiers": [CODE]}, at=AS_OF + timedelta(minutes=minutes))
    assert answer.status_code == status
    assert len(console.desk.queued) == (1 if status == 202 else 0)


@pytest.mark.parametrize(
    "headers",
    [
        {SIGNATURE_HEADER: ""},
        {SIGNATURE_HEADER: "sha256=" + "0" * 64},
        {SIGNATURE_HEADER: "md5=abc"},
        {TIMESTAMP_HEADER: ""},
        {TIMESTAMP_HEADER: "-1"},
        {TIMESTAMP_HEADER: "9" * 300},
        {TIMESTAMP_HEADER: "9" * 11},
        {TIMESTAMP_HEADER: str(int(AS_OF.timestamp()) + 1)},
    ],
)
def test_whatever_is_wrong_with_a_signature_is_refused_in_the_same_words(
    light_place: Place, headers: dict[str, str]
) -> None:
    with consoled(configured(light_place)) as console:
        answer = console.tell({"dossiers": [CODE]}, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "refused")
        assert console.tell({"dossiers": [CODE]}, secret=SECRET + "x").json() == answer.json()
        assert console.desk.queued == []


def test_a_source_that_is_not_there_and_one_without_a_secret_look_alike(
    light_place: Place,
) -> None:
    with consoled(configured(light_place)) as console:
        answers = [
            console.tell({"dossiers": [CODE]}, source=name, secret=secret)
            for name in ("khong-co", "nganh", "cong")
            for secret in (SECRET, "another-secret-0123456789")
        ]
        assert {(each.status_code, each.text) for each in answers} == {(404, answers[0].text)}
        assert console.desk.queued == []


@pytest.mark.parametrize(
    ("body", "codes", "unreadable"),
    [
        ({"codes": [CODE]}, (CODE,), 0),
        ({"maHoSo": CODE}, (CODE,), 0),
        ({"MaHoSo": [CODE, OTHER]}, (CODE, OTHER), 0),
        ({"dossiers": [CODE], "codes": [OTHER, CODE]}, (CODE, OTHER), 0),
        ({"dossiers": [" h99.01-240701-0001 ", CODE]}, (CODE,), 0),
        ({"dossiers": [CODE, "", None, 7, {"a": [1]}, "x" * 100, "a\u0000b"]}, (CODE,), 6),
        ({"dossiers": None, "codes": CODE}, (CODE,), 0),
    ],
)
def test_codes_are_read_tolerantly_and_the_unreadable_counted(
    light_place: Place, body: object, codes: Sequence[str], unreadable: int
) -> None:
    with consoled(configured(light_place)) as console:
        answer = console.tell(body)
        assert (answer.status_code, answer.json()["unreadable"]) == (202, unreadable)
        assert console.desk.queued == [("tinh", codes)]


def test_a_message_of_nothing_readable_queues_nothing(console: Console) -> None:
    answer = console.tell({"dossiers": ["", None]})
    assert (answer.status_code, answer.json()) == (202, {"runs": [], "unreadable": 2})
    assert console.desk.queued == []


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "not_json"),
        (b"not json", "not_json"),
        (b"[]", "not_json"),
        (b'{"dossiers": [', "not_json"),
        (b'{"dossiers": ["\xff"]', "not_json"),
        (b'{"dossiers": ' + b"[" * 30_000, "not_json"),
        (b'{"x": ' + b"[" * 30_000 + b"]" * 30_000 + b', "dossiers": []}', "not_json"),
        (b"{}", "no_dossiers"),
        (b'{"dossiers": []}', "no_dossiers"),
        (b'{"hoSo": ["H99.01-240701-0001"]}', "no_dossiers"),
    ],
)
def test_a_body_that_names_no_dossiers_is_refused(
    light_place: Place, body: bytes, error: str
) -> None:
    with consoled(configured(light_place)) as console:
        answer = console.tell(body)
        assert (answer.status_code, answer.json()["error"]) == (400, error)
        assert console.desk.queued == []


def test_at_most_500_codes_are_taken_at_a_time(light_place: Place) -> None:
    with consoled(configured(light_place)) as console:
        codes = [f"H99.01-240701-{number:04d}" for number in range(501)]
        assert console.tell({"dossiers": codes}).json()["error"] == "too_many"
        assert console.tell({"dossiers": codes[:500]}).status_code == 202
        assert console.desk.queued == [("tinh", tuple(codes[:500]))]


@pytest.mark.parametrize("told", [True, False])
def test_a_body_beyond_the_limit_is_refused_unread(light_place: Place, *, told: bool) -> None:
    body = b" " * (64 * 1024 + 1)
    with consoled(configured(light_place)) as console:
        content = body if told else iter([body[:40_000], body[40_000:]])
        answer = console.client.post("/events/tinh", content=content)
        assert answer.status_code == 413
        assert console.get("/healthz").status_code == 200


def test_nothing_of_a_body_but_codes_is_kept(console: Console) -> None:
    console.tell({"dossiers": [CODE], "nguoiNop": "Nguyễn Thị Mẫu", "dienThoai": "0900000000"})
    with connected(console.settings) as engine:
        kept = all_text(engine)
    assert "Mẫu" not in kept
    assert "0900000000" not in kept


class Away(Desk):
    """A queue whose store is away the first time."""

    @override
    def queue(self, services: Services, source: str, codes: Sequence[str]) -> tuple[int, ...]:
        if not self.queued:
            self.queued.append(("", ()))
            raise StoreError("store_unreachable", url="postgresql://doisoat:***@db/doisoat")
        return super().queue(services, source, codes)


def test_a_message_that_could_not_be_queued_counts_when_it_comes_again(
    settings: Settings,
) -> None:
    with consoled(settings, Away()) as console:
        first = console.tell({"dossiers": [CODE]})
        assert first.status_code == 503
        assert first.headers["retry-after"] == "30"
        assert "doisoat:" not in first.text
        assert console.tell({"dossiers": [CODE]}).status_code == 202
        assert console.desk.queued[1:] == [("tinh", (CODE,))]


class Broken(Desk):
    """A queue with a fault of ours."""

    @override
    def queue(self, _services: Services, source: str, codes: Sequence[str]) -> NoReturn:
        message = f"{source}: {codes}"
        raise ZeroDivisionError(message)


def test_a_fault_of_ours_shows_no_inside(light_place: Place) -> None:
    with consoled(configured(light_place), Broken()) as console:
        answer = console.tell({"dossiers": [CODE]})
        assert (answer.status_code, answer.json()["error"]) == (500, "broken")
        assert CODE not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
