"""A token is fetched once, renewed in time, and a refused account is told from a broken server."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import httpx
import pytest
import respx

from worker.errors import LoginRefused, UpstreamContractError, UpstreamUnavailable
from worker.sources.http import ClientPolicy, UpstreamClient
from worker.sources.keycloak import KeycloakAccount, KeycloakSession

URL = "http://sso.example/auth/realms/digo/protocol/openid-connect/token"
ACCOUNT = KeycloakAccount(
    url="http://sso.example/",
    realm="digo",
    client_id="test-public",
    username="doisoat",
    password="mat-khau",
)


@pytest.fixture
def session(policy: ClientPolicy) -> Iterator[KeycloakSession]:
    client = UpstreamClient("tinh", policy)
    yield KeycloakSession(client, ACCOUNT, policy.clock)
    client.close()


def granted(number: int, **more: object) -> httpx.Response:
    answer = {"access_token": f"t{number}", "refresh_token": f"r{number}", "expires_in": 300}
    return httpx.Response(200, json=answer | more)


def form_of(call: respx.models.Call) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(call.request.content.decode()).items()}


@respx.mock
def test_a_token_is_asked_for_with_a_form_and_kept(session: KeycloakSession) -> None:
    route = respx.post(URL).mock(return_value=granted(1))
    assert (session.token(), session.token()) == ("t1", "t1")
    assert route.call_count == 1
    assert form_of(route.calls.last) == {
        "grant_type": "password",
        "client_id": "test-public",
        "username": "doisoat",
        "password": "mat-khau",
    }


@respx.mock
def test_a_token_is_renewed_before_it_runs_out(
    session: KeycloakSession, advance: Callable[[float], None]
) -> None:
    route = respx.post(URL).mock(side_effect=[granted(1), granted(2)])
    assert session.token() == "t1"
    advance(265)
    assert session.token() == "t1"
    advance(10)
    assert session.token() == "t2"
    assert form_of(route.calls.last) == {
        "grant_type": "refresh_token",
        "client_id": "test-public",
        "refresh_token": "r1",
    }


@respx.mock
def test_without_a_refresh_token_the_password_is_used_again(
    session: KeycloakSession, advance: Callable[[float], None]
) -> None:
    route = respx.post(URL).mock(side_effect=[granted(1, refresh_token=None), granted(2)])
    session.token()
    advance(300)
    assert session.token() == "t2"
    assert form_of(route.calls.last)["grant_type"] == "password"


@pytest.mark.parametrize("status", [400, 401])
@respx.mock
def test_a_refresh_token_that_has_ended_is_followed_by_the_password(
    session: KeycloakSession, advance: Callable[[float], None], status: int
) -> None:
    ended = httpx.Response(status, json={"error": "invalid_grant"})
    route = respx.post(URL).mock(side_effect=[granted(1), ended, granted(2)])
    session.token()
    advance(300)
    assert session.token() == "t2"
    assert [form_of(call)["grant_type"] for call in route.calls] == [
        "password",
        "refresh_token",
        "password",
    ]


@pytest.mark.parametrize("told", [{"expires_in": None}, {"expires_in": "lâu"}, {"expires_in": 60}])
@respx.mock
def test_a_life_that_is_not_told_is_taken_for_a_minute(
    session: KeycloakSession, advance: Callable[[float], None], told: dict[str, object]
) -> None:
    respx.post(URL).mock(side_effect=[granted(1, **told), granted(2)])
    session.token()
    advance(47)
    assert session.token() == "t1"
    advance(2)
    assert session.token() == "t2"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(401, json={"error": "invalid_grant"}),
        httpx.Response(403),
        httpx.Response(400, json={"error": "invalid_grant", "error_description": "disabled"}),
        httpx.Response(400, json={"error": "unauthorized_client"}),
    ],
)
@respx.mock
def test_a_refused_account_is_said_at_once(
    session: KeycloakSession, answer: httpx.Response
) -> None:
    route = respx.post(URL).mock(return_value=answer)
    with pytest.raises(LoginRefused) as raised:
        session.token()
    assert route.call_count == 1
    assert "mat-khau" not in repr(raised.value)


@respx.mock
def test_another_complaint_is_a_broken_contract(session: KeycloakSession) -> None:
    respx.post(URL).respond(400, json={"error": "unsupported_grant_type"})
    with pytest.raises(UpstreamContractError):
        session.token()


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(429, headers={"retry-after": "7"}),
        httpx.Response(503),
        httpx.Response(200, html="<html>bảo trì</html>"),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"access_token": "hai dòng\n"}),
        httpx.Response(200, json={"access_token": 7}),
    ],
)
@respx.mock
def test_a_server_in_trouble_is_asked_again(
    session: KeycloakSession, waits: list[float], answer: httpx.Response
) -> None:
    respx.post(URL).mock(side_effect=[answer, granted(1)])
    assert session.token() == "t1"
    assert len(waits) >= 1
    if answer.status_code == 429:
        assert max(waits) >= 7


@respx.mock
def test_a_server_that_stays_in_trouble_is_unavailable(session: KeycloakSession) -> None:
    route = respx.post(URL).respond(502)
    with pytest.raises(UpstreamUnavailable):
        session.token()
    assert route.call_count == 3


@respx.mock
def test_a_dropped_token_is_fetched_anew_and_only_once(session: KeycloakSession) -> None:
    route = respx.post(URL).mock(side_effect=[granted(1), granted(2)])
    token = session.token()
    session.drop(token)
    with ThreadPoolExecutor(4) as threads:
        assert {each.result() for each in [threads.submit(session.token) for _ in range(8)]} == {
            "t2"
        }
    session.drop(token)
    assert session.token() == "t2"
    assert route.call_count == 2
    assert form_of(route.calls.last)["grant_type"] == "password"


@respx.mock
def test_the_realm_cannot_lead_elsewhere(policy: ClientPolicy) -> None:
    client = UpstreamClient("tinh", policy)
    account = KeycloakAccount(
        url="http://sso.example/auth/", realm="../x?", client_id="c", username="u", password="p"
    )
    route = respx.post(url__startswith="http://sso.example/auth/realms/..%2Fx%3F/").mock(
        return_value=granted(1)
    )
    assert KeycloakSession(client, account, policy.clock).token() == "t1"
    assert route.called
    client.close()


def test_no_secret_shows_when_printed() -> None:
    assert "mat-khau" not in repr(ACCOUNT)
