"""What all calls of the API share: the shape of their answers, and that work starts only once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Header, Path, Query
from pydantic import BaseModel, ConfigDict, PlainSerializer
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from starlette.responses import JSONResponse

from models.operator import IdempotencyKey
from worker.bootstrap import Services
from worker.core.access import Who
from worker.core.times import VIETNAM
from worker.errors import AccessError

Item = TypeVar("Item")
Key = Annotated[str | None, Header(alias="Idempotency-Key")]
# A number by which the store knows something, and which part of a list is asked for.
Number = Annotated[int, Path(ge=1, le=2_147_483_647)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]

# An instant as the commands write it in JSON: to the second, with Vietnam's offset.
Moment = Annotated[
    datetime,
    PlainSerializer(
        lambda at: at.astimezone(VIETNAM).isoformat(timespec="seconds"),
        return_type=str,
        when_used="json",
    ),
]

_SHORTEST, _LONGEST = 8, 200
_STARTED = 202


class Told(BaseModel):
    """Something the API tells."""

    model_config = ConfigDict(frozen=True)


class Wanted(BaseModel):
    """Something the API is told; what it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Listing(Told, Generic[Item]):
    """A part of a list; ``total`` are the rows of the whole."""

    total: int
    items: Sequence[Item]


class Fault(Told):
    """Why something can't be done: ``error`` for programs, ``message`` for people."""

    error: str
    message: str


# What any call may be answered, for the description of the API.
FAULTS: Mapping[int | str, dict[str, Any]] = {
    400: {"model": Fault, "description": "the call can't be read at all"},
    401: {"model": Fault, "description": "nobody known asks"},
    403: {"model": Fault, "description": "the account may not"},
    404: {"model": Fault, "description": "there is none, or it is not for this account"},
    409: {"model": Fault, "description": "as things are it can't be done"},
    422: {"model": Fault, "description": "the call can't be understood"},
    503: {"model": Fault, "description": "the store is away for now"},
}

# The same for a call that is answered by a stream: what is refused is still told as JSON.
FAULTS_OF_STREAMS: Mapping[int | str, dict[str, Any]] = {
    status: {
        "description": told["description"],
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}},
    }
    for status, told in FAULTS.items()
}


class Started(Told):
    """The runs that were put in the queue."""

    runs: Sequence[int]


def started_once(
    services: Services,
    who: Who,
    key: str | None,
    call: str,
    start: Callable[[], BaseModel],
) -> JSONResponse:
    """Start work and answer 202; the same call with the same key again is answered the same.

    Args:
        services: What it works with.
        who: Who calls; keys are each account's own.
        key: The call's ``Idempotency-Key``; None: it is started whenever it is called.
        call: What is called with what, to tell calls with one key apart.
        start: Starts it; what it tells is the answer.

    Raises:
        AccessError: the key is another call's, under way, or none.
    """
    if key is None:
        return JSONResponse(start().model_dump(mode="json"), _STARTED)
    if not (_SHORTEST <= len(key) <= _LONGEST and key.isascii() and key.isprintable()):
        raise AccessError("key_unreadable")
    fingerprint = sha256(call.encode()).hexdigest()
    if not _take(services, who, key, fingerprint):
        return _before(services, who, key, fingerprint)
    try:
        answer = start().model_dump(mode="json")
    except Exception:
        _forget(services, who, key)
        raise
    _keep(services, who, key, answer)
    return JSONResponse(answer, _STARTED)


def _take(services: Services, who: Who, key: str, fingerprint: str) -> bool:
    row = IdempotencyKey(operator_id=who.id, key=key, fingerprint=fingerprint, at=services.clock())
    try:
        with Session(services.engine) as session, session.begin():
            session.add(row)
    except IntegrityError:
        return False
    return True


def _before(services: Services, who: Who, key: str, fingerprint: str) -> JSONResponse:
    with Session(services.engine) as session:
        query = select(IdempotencyKey).where(
            IdempotencyKey.operator_id == who.id, IdempotencyKey.key == key
        )
        row = session.exec(query).one_or_none()
        if row is not None and row.fingerprint != fingerprint:
            raise AccessError("key_reused")
        if row is None or row.answer is None:
            raise AccessError("key_under_way")
        return JSONResponse(row.answer, row.status or _STARTED, {"Idempotent-Replayed": "true"})


def _keep(services: Services, who: Who, key: str, answer: dict[str, object]) -> None:
    with Session(services.engine) as session, session.begin():
        query = select(IdempotencyKey).where(
            IdempotencyKey.operator_id == who.id, IdempotencyKey.key == key
        )
        row = session.exec(query).one()
        row.status, row.answer = _STARTED, answer
        session.add(row)


def _forget(services: Services, who: Who, key: str) -> None:
    with Session(services.engine) as session, session.begin():
        session.exec(
            delete(IdempotencyKey).where(
                col(IdempotencyKey.operator_id) == who.id, col(IdempotencyKey.key) == key
            )
        )
