"""What pruning takes away of accounts' ways in, and how accounts are listed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel

from models.operator import (
    ApiToken,
    FailedSignIn,
    IdempotencyKey,
    OneTimeLink,
    Operator,
    OperatorSession,
)
from models.roles import Role
from tests.records import NOW
from tests.stores import rows_of
from worker.core.access import AccountState
from worker.core.retention import Retention
from worker.db.operator_lists import Order, Search, counted, found, sessions_of
from worker.stages.prune import Prune, foresee, prune

DAY = timedelta(days=1)
LONG_AGO, LATELY = NOW - 91 * DAY, NOW - DAY
WAYS_IN = ("sessions", "password_links", "failed_sign_ins", "idempotency_keys")


def keep(engine: Engine, *rows: SQLModel) -> None:
    with Session(engine) as session, session.begin():
        session.add_all(rows)


def operator(name: str, **other: Any) -> Operator:
    told: dict[str, Any] = {
        "role": Role.VIEWER,
        "units": [],
        "created_at": NOW,
        "created_by": "x",
    } | other
    return Operator(name=name, **told)


def browser(number: int, token: str, until: datetime, seen: datetime = NOW) -> OperatorSession:
    return OperatorSession(
        token_hash=token,
        operator_id=number,
        csrf="x",
        created_at=NOW,
        seen_at=seen,
        expires_at=until,
    )


def program(number: int, token: str, **other: Any) -> ApiToken:
    told: dict[str, Any] = {"name": "x", "role": Role.VIEWER, "created_at": NOW}
    return ApiToken(token_hash=token, operator_id=number, **told, **other)


@pytest.fixture
def accounts(engine: Engine) -> Engine:
    keep(
        engine,
        operator("an", role=Role.ADMIN, password_hash="x", signed_in_at=NOW),
        operator("binh"),
        operator("minh_an", password_hash="x", disabled_at=NOW),
    )
    return engine


def test_what_lets_nobody_in_any_more_goes_with_the_traces(accounts: Engine) -> None:
    for name, at in (("cu", LONG_AGO), ("moi", LATELY)):
        keep(
            accounts,
            browser(1, name, at),
            OneTimeLink(
                token_hash=name, operator_id=1, created_at=at, created_by="x", expires_at=at
            ),
            FailedSignIn(at=at, account_hash=name, address_hash=name),
            IdempotencyKey(operator_id=1, key=name, fingerprint="x", at=at),
            program(1, name, expires_at=at),
        )
    task = Prune(
        engine=accounts, retention=Retention(), now=NOW, progress=lambda _done, _total: None
    )
    expected = foresee(task).counts
    gone = prune(task)
    assert {name: gone[name] for name in WAYS_IN} == dict.fromkeys(WAYS_IN, 1)
    assert gone == expected
    assert [row.token_hash for row in rows_of(accounts, OperatorSession)] == ["moi"]
    assert [row.key for row in rows_of(accounts, IdempotencyKey)] == ["moi"]
    # Who could do what once is told by accounts and tokens: they stay.
    assert len(rows_of(accounts, ApiToken)) == 2
    assert len(rows_of(accounts, Operator)) == 3
    assert set(prune(task).values()) == {0}


def test_accounts_are_listed_with_what_is_open_now(accounts: Engine) -> None:
    keep(
        accounts,
        browser(1, "a", NOW + DAY),
        browser(1, "b", NOW),
        program(1, "holds"),
        program(1, "over", expires_at=NOW),
        program(1, "revoked", revoked_at=NOW),
        program(2, "until", expires_at=NOW + DAY),
    )
    with Session(accounts) as session:
        listed = found(session, Search(), Order(), NOW)
    told = [(each.operator.name, each.sessions, each.tokens) for each in listed]
    assert told == [("an", 1, 1), ("binh", 0, 1), ("minh_an", 0, 0)]


@pytest.mark.parametrize(
    ("search", "names"),
    [
        (Search(name="AN"), ["an", "minh_an"]),
        (Search(name="_"), ["minh_an"]),
        (Search(role=Role.ADMIN), ["an"]),
        (Search(state=AccountState.ACTIVE), ["an"]),
        (Search(state=AccountState.WAITING), ["binh"]),
        (Search(state=AccountState.DISABLED), ["minh_an"]),
        (Search(state=AccountState.WAITING, role=Role.ADMIN), []),
    ],
)
def test_accounts_are_found_and_counted(accounts: Engine, search: Search, names: list[str]) -> None:
    with Session(accounts) as session:
        assert [each.operator.name for each in found(session, search, Order(), NOW)] == names
        assert counted(session, search) == len(names)


def test_accounts_that_never_signed_in_stand_last_either_way(accounts: Engine) -> None:
    with Session(accounts) as session:
        for is_descending in (True, False):
            order = Order(column="signed_in_at", is_descending=is_descending, limit=2)
            listed = found(session, Search(), order, NOW)
            assert [each.operator.name for each in listed] == ["an", "binh"]


def test_the_browser_seen_last_stands_first(accounts: Engine) -> None:
    keep(
        accounts,
        browser(1, "som", NOW + DAY, NOW - DAY),
        browser(1, "vua", NOW + DAY),
        browser(1, "het", NOW),
        browser(2, "khac", NOW + DAY),
    )
    with Session(accounts) as session:
        assert [row.token_hash for row in sessions_of(session, 1, NOW)] == ["vua", "som"]
