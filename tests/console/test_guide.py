"""The help: nothing that can be met is left out, and what leads to it arrives."""

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from models.roles import Role
from models.types import Cause, Flag, IncidentKind, IncidentState, MailState, RunState
from tests.console.conftest import Console
from tests.console.people import Person, signed_in
from worker.console.guide.chapters import CHAPTERS, ERRORS
from worker.i18n.catalogue import catalogue

ROOT = Path(__file__).parents[2] / "worker"
# Where runs, files, mails, messages and re-sends go wrong; what is wrong with a call of an operator
# is told to them at once.
_PLACES = (
    "sources/**/*.py",
    "stages/**/*.py",
    "mail/**/*.py",
    "tasks/**/*.py",
    "core/**/*.py",
    "bootstrap/**/*.py",
    "journey/pulling.py",
    "journey/looking_up.py",
    "journey/importing.py",
    "journey/watch*.py",
    "journey/performing.py",
    "journey/open_data.py",
    "journey/sending_again.py",
    "journey/delivering.py",
    "journey/operating.py",
    "db/runs.py",
    "db/engine.py",
    "db/retention.py",
)
_ENDS_RUNS = (
    "UpstreamUnavailable",
    "CircuitOpen",
    "LoginRefused",
    "UpstreamContractError",
    "TransientError",
    "RunError",
    "StatementError",
    "PublicationError",
    "BackupError",
    "SettingsError",
    "PermanentError",
    "ReferenceError",
    "StoreError",
    "DoisoatError",
)
# They end no run: told where they are asked, or in the log alone.
_END_NO_RUN = {"reason_wanted", "sign_of_life_unheard"}


@pytest.fixture
def reader(console: Console) -> Iterator[Person]:
    """Somebody who sees one unit alone."""
    with signed_in(console, Role.VIEWER, "can-bo", ["H99.01"]) as person:
        yield person


def anchors(person: Person, page: str) -> set[str]:
    answer = person.get(f"/help/{page}")
    assert answer.status_code == 200
    return set(re.findall(r'\bid="([^"]+)"', answer.text))


def raised() -> Iterator[str]:
    """The errors that our code can end a run with."""
    for place in _PLACES:
        for file in sorted(ROOT.glob(place)):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args:
                    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    key = node.args[0]
                    if name in _ENDS_RUNS and isinstance(key, ast.Constant):
                        yield str(key.value)


def test_every_cause_and_every_sign_is_explained(reader: Person) -> None:
    found = anchors(reader, "causes")
    assert [each for each in (*Cause, *Flag) if each.value not in found] == []


def test_every_state_in_which_something_is_wrong_is_explained(reader: Person) -> None:
    found = anchors(reader, "failures")
    wanted = [
        *(f"run-{each.value}" for each in RunState),
        *(f"incident-{each.value}" for each in (*IncidentKind, *IncidentState)),
        *(f"mail-{each.value}" for each in MailState),
        *(f"record-{reason}" for reason in catalogue("vi", "quarantine")),
    ]
    assert [each for each in wanted if each not in found] == []


def test_every_error_that_can_end_a_run_is_explained(reader: Person) -> None:
    found = anchors(reader, "failures")
    keys = set(raised()) - _END_NO_RUN
    assert {"upstream_unavailable", "run_taken_over", "mail_unreachable", "file_broken"} <= keys
    assert sorted(key for key in keys if f"error-{key}" not in found) == []


def test_no_error_is_explained_that_has_no_sentence_nor_twice() -> None:
    keys = [key for group in ERRORS.values() for key in group]
    assert sorted(set(keys) - set(catalogue("vi", "errors"))) == []
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("page", CHAPTERS)
def test_no_anchor_is_there_twice_and_no_text_is_missing(reader: Person, page: str) -> None:
    for language in ("vi", "en"):
        reader.client.cookies.set("doisoat_language", language)
        html = reader.get(f"/help/{page}").text
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        assert f'lang="{language}"' in html
        assert "pages.help" not in html


def test_the_two_languages_explain_the_same(reader: Person) -> None:
    told = {}
    for language in ("vi", "en"):
        reader.client.cookies.set("doisoat_language", language)
        told[language] = [anchors(reader, page) for page in CHAPTERS]
    assert told["vi"] == told["en"]


def test_the_contents_lead_to_everything(reader: Person) -> None:
    page = reader.get("/help").text
    for chapter in CHAPTERS:
        assert f'href="/help/{chapter}"' in page
    for chapter, anchor in re.findall(r'href="/help/(\w+)#([^"]+)"', page):
        assert anchor in anchors(reader, chapter)


def test_every_link_of_a_page_into_the_help_arrives(reader: Person) -> None:
    known = {page: anchors(reader, page) for page in CHAPTERS}
    links = [
        (file.name, chapter, anchor)
        for file in sorted((ROOT / "console").rglob("*"))
        if file.suffix in {".j2", ".py"}
        for chapter, anchor in re.findall(
            r"/help/([a-z]+)(?:#([\w-]*))?(?=[\"'`\s])", file.read_text(encoding="utf-8")
        )
    ]
    assert any(anchor for _, _, anchor in links)
    lost = [
        each
        for each in links
        if each[1] not in known or (each[2] and each[2] not in known[each[1]])
    ]
    assert lost == []


def test_thresholds_are_those_that_are_set(reader: Person) -> None:
    page = unescape(reader.get("/help/failures").text)
    assert "từ 10 % trở lên" in page
    assert "sau ít nhất 30 phút" in page


def test_officers_are_sent_only_where_they_may_go(reader: Person) -> None:
    page = reader.get("/help/operator").text
    main = page[page.index("<main") :]
    assert 'href="/sources"' not in main
    assert 'href="/units"' in main
