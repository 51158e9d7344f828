"""The ASGI door before a simulated application: it lets requests in, and lets them go wrong."""

import asyncio
from collections.abc import Callable

import msgspec
from starlette.datastructures import Headers, QueryParams
from starlette.types import Receive, Scope, Send

from worker.simulator.control import CONTROL_PATH, Control
from worker.simulator.exchange import Application, Asked, Reply
from worker.simulator.faults import Fault, FaultInjector, FaultPlan
from worker.simulator.spoiling import instead, previous_page, spoiled
from worker.simulator.world import World

_LARGEST_BODY = 1_000_000
_NEWCOMERS = 3
_MOST_GROWTH = 10
_ENDS_BADLY = frozenset({Fault.RESET, Fault.TRUNCATED})


class Door:
    """An ASGI application around one simulated system."""

    def __init__(self, world: World, application: Application, plan: FaultPlan) -> None:
        self._world = world
        self._application = application
        self._injector = FaultInjector()
        self._control = Control(world, application, self._injector)
        self._control.follow(plan)
        self._grown = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        asked = await _asked(scope, receive)
        if asked.path.startswith(CONTROL_PATH):
            await _send(send, self._control.answer(asked))
            return
        self._control.calls[asked.path] += 1
        if self._injector.plan.latency_seconds:
            await asyncio.sleep(self._injector.plan.latency_seconds)
        if self._injector.plan.down:
            await _send(send, Reply(b"", 503))
            return
        fault = self._injector.choose(_signature(asked)) if self._injector.plan.shares else None
        if fault is Fault.HANG:
            await asyncio.sleep(self._injector.plan.hang_seconds)
        if fault in _ENDS_BADLY:
            await self._end_badly(fault, asked, scope, receive, send)
            return
        await _send(send, self._answer(asked, fault))

    def _answer(self, asked: Asked, fault: Fault | None) -> Reply:
        if fault is None:
            return self._application.answer(asked)
        plan, number = self._injector.plan, self._injector.asked
        other = instead(fault, number, plan.retry_after)
        if other is not None:
            return other
        if fault is Fault.EXPIRED_SESSION:
            self._application.expire_session(asked)
        if fault is Fault.REPEATED_PAGE and self._application.is_list(asked):
            asked = previous_page(asked)
        if fault is Fault.GROWING_LIST and self._application.is_list(asked):
            self._grow()
        return spoiled(fault, self._application.answer(asked), number)

    def _grow(self) -> None:
        if self._grown < _MOST_GROWTH:
            self._grown += 1
            self._world.grow(_NEWCOMERS)

    async def _end_badly(
        self, fault: Fault | None, asked: Asked, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Close the connection without an answer, or in the middle of one."""
        if fault is Fault.TRUNCATED:
            answer = self._application.answer(asked)
            await _start(send, answer)
            half = answer.body[: len(answer.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
        close: Callable[[], None] = scope["state"]["hang_up"]
        close()
        await receive()


async def _asked(scope: Scope, receive: Receive) -> Asked:
    body = b""
    more = True
    while more and len(body) <= _LARGEST_BODY:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    query = dict(QueryParams(scope["query_string"])) if scope["query_string"] else {}
    return Asked(scope["method"], scope["path"], query, Headers(scope=scope), body)


async def _send(send: Send, answer: Reply) -> None:
    await _start(send, answer)
    await send({"type": "http.response.body", "body": answer.body})


async def _start(send: Send, answer: Reply) -> None:
    headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})


def _signature(asked: Asked) -> str:
    """What makes a request the same when it is asked again, whatever its session."""
    body = asked.json()
    body.pop("session", None)
    return (
        f"{asked.method} {asked.path} {sorted(asked.query.items())} {msgspec.json.encode(body)!r}"
    )
