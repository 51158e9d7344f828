from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.ports import Window
from worker.sources.opencps import OpenCpsConfig, OpenCpsSource

CONFIG = OpenCpsConfig(
    name="tinh",
    url="http://tinh.example",
    username="doisoat",
    password="mat-khau",
    group_id="35417",
)


@pytest.fixture
def source() -> Iterator[OpenCpsSource]:
    source = OpenCpsSource(CONFIG)
    yield source
    source.close()


@pytest.fixture
def own_names() -> Iterator[OpenCpsSource]:
    names = {"Thue": 6, "waiting/waiting_2": 4, "done/done_5": 4}
    source = OpenCpsSource(replace(CONFIG, statuses=names))
    yield source
    source.close()


def test_a_full_sweep_without_a_beginning_is_one_list(source: OpenCpsSource) -> None:
    assert source.windows(since=None, until=date(2024, 7, 24), changed_since=None) == (
        Window("all", ()),
    )


def test_a_full_sweep_goes_month_by_month_and_its_end_is_open(source: OpenCpsSource) -> None:
    windows = source.windows(since=date(2023, 11, 15), until=date(2024, 1, 1), changed_since=None)
    assert windows == (
        Window(
            "received:2023-11",
            (("fromReceiveDate", "15/11/2023"), ("toReceiveDate", "01/12/2023")),
        ),
        Window(
            "received:2023-12",
            (("fromReceiveDate", "01/12/2023"), ("toReceiveDate", "01/01/2024")),
        ),
        Window("received:2024-01:on", (("fromReceiveDate", "01/01/2024"),)),
    )


@given(
    since=st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    until=st.dates(date(2000, 1, 1), date(2030, 1, 1)),
)
def test_a_full_sweep_leaves_no_day_out_and_repeats_no_key(since: date, until: date) -> None:
    source = OpenCpsSource(CONFIG)
    windows = source.windows(since=since, until=until, changed_since=None)
    source.close()
    assert len({window.key for window in windows}) == len(windows)
    starts = [dict(window.query)["fromReceiveDate"] for window in windows]
    ends = [dict(window.query).get("toReceiveDate") for window in windows]
    assert starts[0] == f"{since:%d/%m/%Y}"
    assert ends == [*starts[1:], None]


def test_what_changed_is_what_was_received_finished_or_is_open(source: OpenCpsSource) -> None:
    windows = source.windows(since=None, until=date(2024, 7, 24), changed_since=date(2024, 7, 20))
    assert windows[:3] == (
        Window("changed:received", (("fromReceiveDate", "20/07/2024"),)),
        Window("changed:finished", (("fromFinishDate", "20/07/2024"),)),
        Window("changed:released", (("fromReleaseDate", "20/07/2024"),)),
    )
    assert {window.key: window.query for window in windows[3:]} == {
        f"open:{name}": (("status", name),)
        for name in (
            "cancelling", "correcting", "interoperating", "new", "pausing", "paying", "posting",
            "processing", "receiving", "waiting",
        )
    }  # fmt: skip


def test_what_changed_before_the_beginning_stays_out(source: OpenCpsSource) -> None:
    windows = source.windows(
        since=date(2024, 1, 1), until=date(2024, 7, 24), changed_since=date(2023, 12, 30)
    )
    assert all(("fromReceiveDate", "01/01/2024") in window.query for window in windows)


def test_own_status_names_open_lists_of_their_own(own_names: OpenCpsSource) -> None:
    windows = own_names.windows(
        since=None, until=date(2024, 7, 24), changed_since=date(2024, 7, 20)
    )
    queries = {window.key: window.query for window in windows}
    assert queries["open:thue"] == (("status", "thue"),)
    assert queries["open:done/done_5"] == (("status", "done"), ("substatus", "done_5"))
    assert "open:waiting/waiting_2" not in queries
    assert "open:done" not in queries
