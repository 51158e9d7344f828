"""Office hours as a province writes them."""

from datetime import time

import pytest

from worker.core.hours import OFFICE_HOURS, Hours, parse_hours


def test_the_usual_hours_are_read_as_they_are_written() -> None:
    assert parse_hours(["07:30-11:30", "13:30-17:00"]) == OFFICE_HOURS
    assert parse_hours([" 7:00 – 11:30 "]) == Hours(((time(7), time(11, 30)),))
    assert OFFICE_HOURS.begins == time(7, 30)


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["07:30"],
        ["07:30-25:00"],
        ["11:30-07:30"],
        ["08:00-08:00"],
        ["13:30-17:00", "07:30-11:30"],
        ["07:30-12:00", "11:00-17:00"],
        [f"{hour:02}:00-{hour:02}:30" for hour in range(7, 14)],
    ],
)
def test_what_are_no_hours_is_refused(texts: list[str]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which one does not matter
        parse_hours(texts)
