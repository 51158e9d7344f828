"""Reading published counts: what can't be read as one is not published."""

from worker.errors import DataError
from worker.sources.fields import Scalar, number_of, text_of

_LARGEST = 2**31 - 1  # what the store's columns hold


def count_of(value: Scalar) -> int | None:
    """A count, or None where there is none: blank, negative, absurd, or no whole number."""
    try:
        number = number_of(value, "count")
    except DataError:
        return None
    return number if number is not None and 0 <= number <= _LARGEST else None


def label_of(value: Scalar) -> str | None:
    """A unit's code or name, or None where there is none that can be read."""
    try:
        return text_of(value, "label")
    except DataError:
        return None


def sum_of(*counts: int | None) -> int | None:
    """The sum; None as soon as one of the counts is not told, or where it is absurd."""
    known = [count for count in counts if count is not None]
    whole = len(known) == len(counts) and sum(known) <= _LARGEST
    return sum(known) if whole else None


def rest_of(whole: int | None, part: int | None) -> int | None:
    """What is left of ``whole`` without ``part``; None where they don't tell it or disagree."""
    if whole is None or part is None or part > whole:
        return None
    return whole - part
