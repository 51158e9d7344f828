import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from worker.log import bound, logger, logging_to, start_logging


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    yield
    structlog.reset_defaults()


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
