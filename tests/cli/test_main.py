import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from worker.cli.app import COMMANDS, LISTINGS
from worker.cli.invocation import Invocation
from worker.cli.main import explain, run
from worker.i18n import use_language

TOML = '[province]\ncode = "H51"\nname = "Tỉnh mẫu"\nseeds = "mau"\n'
UNITS = (
    "code,name,short_name,level,parent,valid_from,valid_to,successor,aliases\n"
    "H51,Tỉnh mẫu,,province,,,,,\n"
    "H51.12,Sở Nội vụ,SNV,department,H51,,2025-02-28,,\n"
)
NONE: Mapping[str, str] = {}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "doisoat.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "mau").mkdir()
    (tmp_path / "mau" / "units.csv").write_text(UNITS, encoding="utf-8")
    return tmp_path


def test_help_speaks_vietnamese_and_lists_the_commands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--help"], NONE, tmp_path) == 0
    shown = capsys.readouterr().out
    assert "Cách dùng: doisoat" in shown
    assert "units" in shown
    assert "Danh mục cơ quan, đơn vị" in shown
    assert "Usage" not in shown
    assert "cli." not in shown


def test_help_speaks_english_where_that_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["units", "--help"], {"DOISOAT_LANGUAGE": "en"}, tmp_path) == 0
    assert "The province's units." in capsys.readouterr().out


def test_no_arguments_show_the_help(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([], NONE, tmp_path) == 0
    assert "units" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["unit"], '"units"'),
        (["xyz"], '"xyz"'),
        (["units", "--jsn"], '"--json"'),
        (["units", "--config"], '"--config"'),
        (["units", "thua"], "doisoat units --help"),
        (["--config", "x"], "Chưa nêu lệnh"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert run(arguments, NONE, tmp_path) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert says in output.err
    assert len(output.err.splitlines()) == 1


def test_units_are_listed_as_json(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["units", "--json"], NONE, office) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["total"] == len(listed["items"]) == 2
    assert listed["items"][1]["name"] == "Sở Nội vụ"
    assert listed["items"][1]["valid_to"] == "2025-02-28"


def test_units_are_drawn_as_a_table_without_colour_in_a_pipe(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["units"], NONE, office) == 0
    shown = capsys.readouterr().out
    assert "Sở Nội vụ" in shown
    assert "đến 28/2/2025" in shown
    assert "Tổng số: 2 cơ quan, đơn vị." in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    "arguments", [["--config", "k.toml", "units"], ["units", "--config", "k.toml"]]
)
def test_the_config_may_stand_before_or_after_the_command(
    office: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    (office / "doisoat.toml").rename(office / "k.toml")
    assert run([*arguments, "--json"], NONE, office) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 2


def test_a_failure_is_one_sentence_and_exit_code_1(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (office / "doisoat.toml").write_text(TOML.replace("code", "cod"), encoding="utf-8")
    assert run(["units"], NONE, office) == 1
    said = capsys.readouterr().err
    assert "dòng 2" in said
    assert '"code"' in said
    assert len(said.splitlines()) == 1


def test_a_broken_line_of_the_provinces_folder_is_named(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = UNITS.replace("2025-02-28", "28/2/2025")
    (office / "mau" / "units.csv").write_text(broken, encoding="utf-8")
    assert run(["units"], NONE, office) == 1
    said = capsys.readouterr().err
    assert "units.csv, dòng 3" in said
    assert "28/2/2025" in said


def test_something_unexpected_names_the_log_and_leaves_the_trace_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    use_language("vi", strict=True)
    call = Invocation(NONE, tmp_path)
    assert explain(ZeroDivisionError("secret of the trace"), call) == 1
    said = capsys.readouterr().err
    assert call.log_file is not None
    assert str(call.log_file) in said
    assert "secret of the trace" not in said
    assert len(said.splitlines()) == 1
    assert "secret of the trace" in call.log_file.read_text(encoding="utf-8")


def test_a_log_that_cannot_be_written_does_not_hide_the_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".doisoat").write_text("a file, no folder", encoding="utf-8")
    assert explain(ZeroDivisionError(), Invocation(NONE, tmp_path)) == 1
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_data_folder_that_cannot_be_written_is_named(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (office / ".doisoat").write_text("a file, no folder", encoding="utf-8")
    assert run(["units"], NONE, office) == 1
    assert ".doisoat" in capsys.readouterr().err


def test_help_imports_nothing_heavy() -> None:
    heavy = {"pydantic", "sqlalchemy", "sqlmodel", "httpx", "babel", "structlog", "rich.table"}
    program = (
        "import sys; from pathlib import Path; from worker.cli.app import build_app; build_app();"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", [name for name, _, _ in (*COMMANDS, *LISTINGS)] + ["db"])
def test_every_commands_help_is_all_in_vietnamese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert run([command, "--help"], NONE, tmp_path) == 0
    shown = capsys.readouterr().out
    assert "Cách dùng: doisoat" in shown
    for foreign in (
        "Usage",
        "default",
        "Options",
        "Commands",
        "init.ask",
        "cli.option",
        "required",
    ):
        assert foreign not in shown
