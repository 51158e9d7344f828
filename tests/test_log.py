import io
import json
import logging
import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from worker.log import (
    LogFile,
    adopt_standard_logging,
    bound,
    logger,
    logging_to,
    passed_on,
    start_logging,
)

_LINE = "x" * 99 + "\n"


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def write_lines(file: Path, count: int, most_bytes: int) -> None:
    stream = LogFile(file, most_bytes)
    for _ in range(count):
        stream.write(_LINE)
    stream.close()


def test_a_line_is_one_json_object_with_run_and_source() -> None:
    stream = io.StringIO()
    start_logging(stream)
    with bound(run=7, source="tinh"):
        logger().info("page_read", rows=200)
    logger().info("after")

    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first.pop("timestamp").endswith("Z")
    assert first == {
        "event": "page_read",
        "level": "info",
        "rows": 200,
        "run": 7,
        "source": "tinh",
    }
    assert "run" not in second


def test_a_field_with_a_personal_or_secret_name_is_dropped_at_any_depth() -> None:
    stream = io.StringIO()
    start_logging(stream)
    logger().info(
        "row",
        applicantName="Giả Định",
        password="bí mật",
        row={"ChuHoSo": "Giả Định", "MaHoSo": "H51-1", "rows": [{"SoDienThoai": "0900"}]},
    )
    assert "Giả Định" not in stream.getvalue()
    assert "bí mật" not in stream.getvalue()
    assert "0900" not in stream.getvalue()
    assert "H51-1" in stream.getvalue()


def test_the_level_holds_back_what_is_below_it() -> None:
    stream = io.StringIO()
    start_logging(stream, "warning")
    logger().info("quiet")
    logger().warning("loud")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["loud"]


def test_a_trace_goes_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "data" / "doisoat.log"
    with logging_to(file):
        logger().error("unexpected", exc_info=ValueError("why"))
    assert "ValueError: why" in json.loads(file.read_text(encoding="utf-8"))["exception"]


def test_a_full_file_is_put_aside_once(tmp_path: Path) -> None:
    file = tmp_path / "doisoat.log"
    file.write_bytes(b"x" * 10_000_001)
    with logging_to(file):
        logger().info("new")
    assert file.read_text(encoding="utf-8").startswith("{")
    assert (tmp_path / "doisoat.log.1").stat().st_size == 10_000_001


def test_a_file_put_aside_by_another_process_is_followed(tmp_path: Path) -> None:
    file = tmp_path / "doisoat.log"
    first, second = LogFile(file, 250), LogFile(file, 250)
    first.write(_LINE)
    second.write(_LINE)
    first.write("fits no more, so that the file is put aside: one\n" + _LINE)
    second.write("two\n")
    assert [each[:3] for each in file.read_text("utf-8").splitlines()] == ["fit", "xxx", "two"]
    assert file.with_name("doisoat.log.1").read_text("utf-8") == _LINE * 2
    first.close()
    second.close()


def test_several_processes_share_a_file_and_lose_no_line_when_it_is_full(tmp_path: Path) -> None:
    file = tmp_path / "doisoat.log"
    spawn = multiprocessing.get_context("spawn")
    workers = [
        spawn.Process(target=write_lines, args=(file, 250, 60_000), name=str(each))
        for each in range(4)
    ]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
        assert each.exitcode == 0
    aside = file.with_name("doisoat.log.1").read_text("utf-8")
    written = (aside + file.read_text("utf-8")).splitlines(keepends=True)
    assert len(written) == 1000
    assert set(written) == {_LINE}
    # A line that was on its way when the file was put aside may still reach it.
    assert 60_000 <= len(aside) <= 60_000 + 4 * len(_LINE)


def test_only_its_owner_reads_the_log(tmp_path: Path) -> None:
    file = tmp_path / "data" / "doisoat.log"
    with logging_to(file):
        logger().info("new")
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0


def test_without_a_file_lines_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to(None):
        logger().info("here")
    assert json.loads(capsys.readouterr().err)["event"] == "here"


def test_numbers_and_addresses_of_people_are_blanked_in_any_text() -> None:
    stream = io.StringIO()
    start_logging(stream)
    try:
        int("số 0901234567, hop.thu@example.vn")
    except ValueError:
        logger().exception("unexpected", note="giấy tờ 012345678901, mã H51.12-240718-0012")
    said = stream.getvalue()
    assert "H51.12-240718-0012" in said
    assert "Traceback" in said
    for personal in ("0901234567", "hop.thu", "012345678901"):
        assert personal not in said


def test_what_libraries_log_comes_out_as_our_lines_do() -> None:
    stream = io.StringIO()
    start_logging(stream)
    adopt_standard_logging()
    adopt_standard_logging()
    with bound(run=7):
        logging.getLogger("celery.worker").info("Task %s received by 0901234567", "perform")
        logging.getLogger("httpx").info("never said: GET with a query")
        logging.getLogger("sqlalchemy").log(35, "strange")
    first, second = lines(stream)
    assert first.pop("timestamp")
    assert first == {
        "event": "library",
        "level": "info",
        "logger": "celery.worker",
        "message": "Task perform received by …",
        "run": 7,
    }
    assert second["level"] == "warning"


def test_a_library_is_passed_on_inside_the_block_only_and_once() -> None:
    stream = io.StringIO()
    start_logging(stream)
    adopt_standard_logging()
    found = logging.getLogger("somelibrary")
    with passed_on("somelibrary"):
        found.info("inside")
    found.info("outside")
    assert [line["message"] for line in lines(stream)] == ["inside"]
    assert not found.handlers
