import json

import msgspec
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
        assert value == json.loads(body.decode("utf-8-sig", "replace"))
    assert details <= {"not JSON", "another shape"}
