import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.sources.attempt import AttemptError
from worker.sources.body import decoded

DECODER = msgspec.json.Decoder(dict[str, int])


@given(body=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_a_body_of_anything_is_a_value_or_a_fault_that_quotes_nothing(body: bytes) -> None:
    details: set[str] = set()
    try:
        value = decoded(DECODER, body)
    except AttemptError as error:
        details.add(error.detail)
    else:
        assert value == json.loads(body.decode(json.detect_encoding(body), "replace"), strict=False)
    assert details <= {"not JSON", "another shape"}


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": NaN, "b": -Infinity}', {"a": None, "b": None}),
        (b'{"a": 1e999, "b": -1E400, "c": 1.5}', {"a": None, "b": None, "c": 1.5}),
        (b'{"a": ' + b"9" * 5000 + b', "b": NaN, "c": 12}', {"a": None, "b": None, "c": 12}),
        (b'{"a": "x\n\ty", "b": 1}', {"a": "x\n\ty", "b": 1}),
        ('{"a": "Mỹ Tú"}'.encode("utf-16"), {"a": "Mỹ Tú"}),
        ('{"a": "Mỹ Tú"}'.encode("utf-16-le"), {"a": "Mỹ Tú"}),
    ],
)
def test_json_as_homemade_programs_write_it_is_read(body: bytes, value: object) -> None:
    assert decoded(msgspec.json.Decoder(), body) == value


@pytest.mark.parametrize("inside", ["[" * 50_000 + "]" * 50_000, '{"a":' * 9000 + "1" + "}" * 9000])
def test_what_is_nested_beyond_all_reason_spoils_only_itself(inside: str) -> None:
    body = f'[{{"a": {inside}, "b": "]}}]\\\\\\"[", "c": [[1]]}}, 2]'.encode()
    row, following = decoded(msgspec.json.Decoder(list[msgspec.Raw]), body)
    assert msgspec.json.decode(following) == 2
    told = msgspec.json.decode(row)
    assert (told["b"], told["c"]) == (']}]\\\\"['.replace("\\\\", "\\"), [[1]])
