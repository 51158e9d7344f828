"""What a single field says of a dossier's traits, in three values."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rates import Trait
from worker.core.traits import any_of, together, told
from worker.sources.traits import flag_of, has_text, is_online

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


ABSENT = msgspec.Raw()


@pytest.mark.parametrize("value", ["1", 1, True, " 1 ", "True"])
def test_a_flag_is_set_in_whatever_type_it_comes(value: object) -> None:
    assert flag_of(raw(value)) is True


@pytest.mark.parametrize("value", ["0", 0, False, "", " ", None, "false"])
def test_a_flag_that_is_nought_or_blank_is_not_set(value: object) -> None:
    assert flag_of(raw(value)) is False


@pytest.mark.parametrize("value", ["có", 2, -1, [1], {"1": 1}, "1" * 5000])
def test_what_is_no_flag_tells_nothing(value: object) -> None:
    assert flag_of(raw(value)) is None
    assert flag_of(ABSENT) is None


@pytest.mark.parametrize(
    ("value", "online"),
    [("2", True), (2, True), ("1", False), (3, False), (None, False), ("", False), ("0", None)],
)
def test_only_the_second_channel_is_online_and_a_blank_one_is_direct(
    value: object, *, online: bool | None
) -> None:
    assert is_online(raw(value)) is online
    assert is_online(ABSENT) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [("tep.pdf", True), ("  ", False), ("[]", False), (None, False), (7, None), ({"a": 1}, None)],
)
def test_a_text_is_there_or_not(value: object, *, text: bool | None) -> None:
    assert has_text(raw(value)) is text


@given(JSON)
def test_no_value_at_all_stops_a_reading(value: object) -> None:
    for reading in (flag_of, is_online, has_text):
        assert reading(raw(value)) in (True, False, None)


def test_one_of_several_is_unknown_only_while_none_is_true() -> None:
    assert any_of([None, True]) is True
    assert any_of([None, False]) is None
    assert any_of([False]) is False
    assert any_of([]) is False


def test_what_is_told_of_several_traits_is_put_together() -> None:
    online = told(Trait.FILED_ONLINE, holds=True)
    fee = told(Trait.HAS_FEE, holds=False)
    unknown = told(Trait.REUSED, holds=None)
    assert together(online, fee, unknown) == (
        Trait.FILED_ONLINE,
        Trait.FILED_ONLINE | Trait.HAS_FEE,
    )
