"""What a page says where something can't be done: never a command its reader may not have."""

import string

import pytest

from models.roles import Role
from tests.console.conftest import Console
from tests.console.people import signed_in
from worker.console.sentences import sentence
from worker.errors import NotFoundError
from worker.i18n import sentence as of_commands
from worker.i18n import use_language
from worker.i18n.catalogue import LANGUAGES, catalogue

PAGES = "failed."


def blanks(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_of_pages_stand_for_errors_there_are_and_name_no_command(
    language: str,
) -> None:
    told = catalogue(language, "pages")
    own = {key.removeprefix(PAGES): told[key] for key in told if key.startswith(PAGES)}
    errors = catalogue(language, "errors")
    assert own.keys() <= errors.keys()
    for key, template in own.items():
        assert "doisoat " not in template, key
        assert "--" not in template, key
        assert blanks(template) <= blanks(errors[key]), key


def test_the_same_error_names_the_page_to_one_and_the_command_to_the_other() -> None:
    use_language("vi")
    unknown = NotFoundError("run_unknown", run=7)
    assert sentence(unknown) == "Không có lượt số 7; xem các lượt ở trang Lượt chạy."
    assert "doisoat runs --all" in of_commands(unknown)
    other = NotFoundError("token_not_found", token=7)
    assert sentence(other) == of_commands(other)


@pytest.mark.parametrize(
    "path", ["/units/H51.99", "/runs/999999", "/incidents/999999", "/mails/999999"]
)
def test_a_page_about_what_is_not_there_names_no_command(office: Console, path: str) -> None:
    with signed_in(office, Role.VIEWER) as person:
        answer = person.get(path)
    assert answer.status_code == 404
    assert "doisoat runs" not in answer.text
    assert "xem danh mục: doisoat" not in answer.text
    assert "trang " in answer.text
