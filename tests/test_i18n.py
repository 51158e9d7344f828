import ast
import string
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path

import pytest

from models.resend_types import ResendAnswer, ResendGround, ResendResult, ResendState
from models.types import (
    Category,
    Cause,
    CauseKind,
    CountView,
    DiscrepancyState,
    DiscrepancyStep,
    EventKind,
    Flag,
    IncidentKind,
    IncidentState,
    IncidentStepKind,
    MailReason,
    MessageState,
    RunState,
    Side,
    SourceRecord,
    Status,
    Trigger,
    UnitLevel,
)
from worker.core.index.comparison import Break, Sign
from worker.core.publication import Part, Timing
from worker.core.resend.selection import Obstacle
from worker.core.rules.catalogue import RULES
from worker.errors import DataError, SettingsError, UpstreamUnavailable
from worker.i18n import has_text, language, sentence, text, use_language
from worker.i18n.catalogue import AREAS, catalogue
from worker.i18n.numbers import day, duration, instant, month, number, percent, signed
from worker.settings.mistakes import _EXPECTED

ROOT = Path(__file__).parent.parent
NAMED_ERRORS = ("Error", "Unavailable", "Refused", "CircuitOpen", "WrongUsage")
NOT_FOR_PEOPLE = ("AttemptError", "AssertionError", "PydanticCustomError", "KeyError", "TypeError")


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    use_language("vi", strict=True)


def blanks(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_say_the_same_things_with_the_same_blanks(area: str) -> None:
    ours, english = catalogue("vi", area), catalogue("en", area)
    assert ours.keys() == english.keys()
    for key, template in ours.items():
        assert blanks(template) == blanks(english[key]), key


@pytest.mark.parametrize("name", ["vi", "en"])
@pytest.mark.parametrize("area", AREAS)
def test_every_text_says_something_in_composed_letters(name: str, area: str) -> None:
    for key, template in catalogue(name, area).items():
        assert template.strip(), key
        assert unicodedata.is_normalized("NFC", template), key


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("causes.label", Cause),
        ("causes.meaning", Cause),
        ("causes.advice", Cause),
        ("states.kind", CauseKind),
        ("states.run", RunState),
        ("states.message", MessageState),
        ("outbox.event", EventKind),
        ("resend.state", ResendState),
        ("resend.answer", ResendAnswer),
        ("resend.result", ResendResult),
        ("resend.ground", ResendGround),
        ("resend.likely", ResendGround),
        ("resend.obstacle", Obstacle),
        ("states.discrepancy", DiscrepancyState),
        ("states.step", DiscrepancyStep),
        ("states.side", Side),
        ("states.side_short", Side),
        ("states.level", UnitLevel),
        ("states.trigger", Trigger),
        ("states.category", Category),
        ("states.view", CountView),
        ("flags", Flag),
        ("incidents.kind", IncidentKind),
        ("incidents.says", IncidentKind),
        ("incidents.state", IncidentState),
        ("incidents.what", IncidentStepKind),
        ("incidents.reason", MailReason),
        ("mail.kind", IncidentKind),
        ("mail.what", IncidentKind),
        ("mail.over", IncidentKind),
        ("index.break", Break),
        ("index.sign", Sign),
        ("announcing.timing", Timing),
    ],
)
def test_every_value_of_the_domain_has_its_text(prefix: str, values: type[Enum]) -> None:
    for value in values:
        assert has_text(f"{prefix}.{value.value}"), value


def test_every_part_of_a_procedure_has_its_text() -> None:
    for part in Part:
        assert has_text(f"announcing.part.{part.name}"), part


def test_every_status_rule_and_record_field_has_its_text() -> None:
    assert all(has_text(f"states.status.{status.name}") for status in Status)
    assert all(has_text(f"rules.name.{rule}") for rule in RULES)
    fields = set(SourceRecord.__struct_fields__) - {"unit_code", "unit_name"} | {"unit"}
    assert [each for each in fields if not has_text(f"fields.{each}")] == []


@cache
def calls() -> tuple[tuple[str, str, ast.Call], ...]:
    """Every call of the program: its file, the name that is called, the call."""
    return tuple(
        (str(file.relative_to(ROOT)), _called(node), node)
        for file in sorted((ROOT / "worker").rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    )


def _called(call: ast.Call) -> str:
    return str(getattr(call.func, "id", getattr(call.func, "attr", "")))


def constants(node: ast.expr) -> Iterator[str]:
    """The texts an expression may be: itself, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)


def test_every_error_of_the_code_has_its_sentence() -> None:
    missing = [
        (file, key)
        for file, name, call in calls()
        if name.endswith(NAMED_ERRORS) and name not in NOT_FOR_PEOPLE and call.args
        for key in constants(call.args[0])
        if not has_text(f"{'quarantine' if name == 'DataError' else 'errors'}.{key}")
    ]
    assert missing == []


def test_every_reason_for_quarantine_has_its_text() -> None:
    missing = [
        (file, reason)
        for file, name, call in calls()
        if name == "Unreadable"
        for keyword in call.keywords
        if keyword.arg == "reason"
        for reason in constants(keyword.value)
        if not has_text(f"quarantine.{reason}")
    ]
    assert missing == []


def test_every_problem_of_a_reference_line_has_its_text() -> None:
    place = {"fail": 0, "line_error": 2}
    missing = [
        (file, problem)
        for file, name, call in calls()
        if name in place and len(call.args) > place[name]
        for problem in constants(call.args[place[name]])
        if not has_text(f"errors.problem.{problem}")
    ]
    assert missing == []


def test_every_fault_of_a_source_has_words() -> None:
    missing = [
        (file, detail)
        for file, name, call in calls()
        if name in ("AttemptError", "NoAnswer") and call.args
        for detail in constants(call.args[-1] if name == "NoAnswer" else call.args[0])
        if not has_text("errors.detail." + detail.replace(" ", "_"))
    ]
    assert missing == []


def test_every_value_a_setting_can_be_refused_for_has_its_text() -> None:
    missing = [
        (file, expected)
        for file, name, call in calls()
        if name == "_wrong" and file.startswith("worker/settings")
        for expected in constants(call.args[0])
        if not has_text(f"errors.expected.{expected}")
    ]
    assert missing == []


def test_every_text_asked_for_by_name_exists() -> None:
    missing = [
        (file, key)
        for file, name, call in calls()
        if name == "text" and not file.startswith(("worker/db", "worker/core")) and call.args
        for key in constants(call.args[0])
        if not has_text(key)
    ]
    assert missing == []


def test_every_reason_of_a_verdict_has_its_text() -> None:
    reasons = {
        node.value
        for node in ast.walk(ast.parse((ROOT / "worker/core/rules/judge.py").read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.islower()
        if " " not in node.value and node.value.isidentifier()
    }
    assert {"open", "ended_late", "waiting", "refused"} <= reasons
    assert [each for each in reasons if not has_text(f"rules.reason.{each}")] == []


def test_every_kind_of_value_that_settings_expect_has_its_text() -> None:
    assert [each for each in _EXPECTED.values() if not has_text(f"errors.expected.{each}")] == []


def test_a_missing_text_is_its_key_for_people_and_an_error_in_tests() -> None:
    with pytest.raises(KeyError):
        text("cli.nothing.here")
    use_language("vi")
    assert text("cli.nothing.here") == "cli.nothing.here"
    assert text("nothing") == "nothing"
    assert text("cli.units.total") == "Tổng số: {total} cơ quan, đơn vị."


def test_the_language_can_be_changed_and_anything_else_is_vietnamese() -> None:
    use_language("en", strict=True)
    assert text("causes.label.NOT_ON_PORTAL") == "not on the portal"
    assert number(30000.5) == "30,000.5"
    use_language("tlh")
    assert language() == "vi"


def test_an_error_is_one_sentence_with_its_parts_in_words() -> None:
    error = SettingsError(
        "settings_value",
        setting="console.port",
        value="x",
        expected="at_least",
        limit="1",
        place="line",
        file="doisoat.toml",
        line=3,
    )
    assert sentence(error) == (
        'doisoat.toml, dòng 3: giá trị "x" của "console.port" không hợp lệ; cần số không nhỏ hơn 1.'
    )


def test_a_fault_of_a_source_is_put_into_words_where_there_are_some() -> None:
    timeout = UpstreamUnavailable("upstream_unavailable", source="cong", detail="timeout")
    refused = UpstreamUnavailable("upstream_unavailable", source="cong", detail="HTTP 503")
    assert "quá thời gian chờ" in sentence(timeout)
    assert "HTTP 503" in sentence(refused)


def test_an_unreadable_record_has_the_sentence_of_its_quarantine() -> None:
    error = DataError("status_unknown", "abc")
    assert sentence(error) == 'Trạng thái chưa được khai báo: "abc"'


def test_numbers_and_dates_are_written_the_vietnamese_way() -> None:
    assert number(12.99) == "12,99"
    assert number(Decimal(30000)) == "30.000"
    assert signed(3) == "+3"
    assert signed(-1200) == "-1.200"
    assert signed(0) == "0"
    assert percent(0.1299) == "12,99 %"
    assert percent(1) == "100 %"
    assert day(date(2024, 7, 25)) == "25/7/2024"
    assert month(date(2024, 7, 1)) == "tháng 7/2024"
    assert instant(datetime(2024, 7, 24, 9, 0, tzinfo=UTC)) == "16:00 24/7/2024"
    assert instant(datetime(2024, 7, 24, 20, 0, tzinfo=UTC)) == "03:00 25/7/2024"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "dưới 1 phút"),
        (timedelta(minutes=15), "15 phút"),
        (timedelta(hours=1, minutes=5), "1 giờ 5 phút"),
        (timedelta(days=3, hours=4, minutes=5), "3 ngày 4 giờ"),
        (timedelta(days=2, minutes=5), "2 ngày 5 phút"),
    ],
)
def test_a_duration_shows_its_two_largest_parts(length: timedelta, words: str) -> None:
    assert duration(length) == words
