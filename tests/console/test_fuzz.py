"""The whole API under calls nobody would think of: it keeps to its description, nothing breaks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from models.roles import Role
from tests.console.conftest import Console
from tests.console.people import Person, signed_in

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_EXAMPLES = 5


@dataclass(frozen=True)
class Caller:
    """Somebody whose browser calls the API at ``address``."""

    address: str
    headers: Mapping[str, str]


def caller(console: Console, person: Person) -> Caller:
    cookies = "; ".join(f"{name}={value}" for name, value in person.client.cookies.items())
    headers = {"Cookie": cookies, "X-CSRF-Token": person.csrf}
    return Caller(str(console.client.base_url), headers)


def operations(address: str) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    for found in schemathesis.openapi.from_url(
        f"{address}/api/v1/openapi.json"
    ).get_all_operations():
        assert isinstance(found, Ok)
        yield found.ok()


@pytest.mark.parametrize(
    ("role", "mode"),
    [
        (Role.ADMIN, GenerationMode.POSITIVE),
        (Role.VIEWER, GenerationMode.NEGATIVE),
        pytest.param(Role.ADMIN, GenerationMode.NEGATIVE, marks=pytest.mark.slow),
        pytest.param(Role.VIEWER, GenerationMode.POSITIVE, marks=pytest.mark.slow),
    ],
)
def test_no_call_breaks_the_api_or_its_description(
    office: Console, role: Role, mode: GenerationMode
) -> None:
    with signed_in(office, role) as person:
        by = caller(office, person)
        tried = {each.label: _fault(each, by, mode) for each in operations(by.address)}
    assert tried
    assert {label: fault for label, fault in tried.items() if fault} == {}


def _fault(operation: APIOperation[Any, Any, Any, Any], by: Caller, mode: GenerationMode) -> str:
    """What is wrong with one operation, in words; empty where nothing is."""

    @settings(max_examples=_EXAMPLES, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def calls(case: Case[Any]) -> None:
        answer = case.call(headers=dict(by.headers), timeout=60)
        case.validate_response(answer, checks=_CHECKS)

    try:
        calls()
    except FailureGroup as failures:
        return str(failures)
    return ""
