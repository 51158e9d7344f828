"""What goes on, told as it goes, by server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

from fastapi.sse import ServerSentEvent
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from worker.errors import DoisoatError
from worker.log import logger

# A stream ends after 8 seconds and the browser asks again: who may not see it any longer doesn't,
# and a server that is to stop waits for no longer than that.
_LOOKS: Final = 16
_PAUSE: Final = 0.5
_COME_BACK: Final = 300


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to see at one instant. ``is_over``: it will not change any more."""

    text: str
    is_over: bool = False


async def as_it_goes(look: Callable[[], Sight]) -> AsyncIterator[ServerSentEvent]:
    """``shown`` with what there is to see whenever that has changed, ``over`` at the very end.

    A store that goes away ends the stream; whoever listens asks again.
    """
    seen: str | None = None
    yield ServerSentEvent(retry=_COME_BACK)
    for _ in range(_LOOKS):
        try:
            sight = await run_in_threadpool(look)
        except (DoisoatError, SQLAlchemyError) as error:
            logger().warning("stream_broke", trouble=type(error).__name__)
            return
        if sight.text != seen:
            yield ServerSentEvent(event="shown", raw_data=sight.text)
            seen = sight.text
        if sight.is_over:
            yield ServerSentEvent(event="over", raw_data="over")
            return
        await asyncio.sleep(_PAUSE)
