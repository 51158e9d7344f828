"""A loopback server of dossiers as OpenCPS lists them, in pages of whatever size is asked for.

``python -m tests.benchmarks.pages N`` renders N dossiers, prints its port, and serves until its
input is closed. It runs in a process of its own and renders beforehand, so that what is measured is
the reader.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from worker.core.times import VIETNAM

PATH = "/o/rest/v2/dossiers"
_FIRST_DAY = datetime(2024, 1, 2, 7, 30, tzinfo=VIETNAM)
_A_DAY = 1500
_UNITS = 16
_STATUSES = ("done", "done", "done", "releasing", "processing", "processing", "waiting", "new")
_ENDED = ("done", "releasing")
_AGENCY = '"govAgencyCode":"000.00.{unit:02}.H51","govAgencyName":"Cơ quan số {unit}"'
_ROW = (
    '{{"dossierId":{key},"referenceUid":"{key:032x}","dossierNo":"{code}",'
    '"serviceCode":"1.{procedure:06}.000.00.00.H51",' + _AGENCY + ","
    '"submitDate":"{received}","receiveDate":"{received}","dueDate":"{due}",'
    '"releaseDate":"{ended}","finishDate":"{handed}","dossierStatus":"{status}",'
    '"dossierSubStatus":"","systemId":0,"durationCount":5.0,"online":true}}'
)


def row(number: int) -> str:
    """One dossier as JSON, about 500 bytes; every eighth is late in one way or another."""
    day, position = divmod(number, _A_DAY)
    received = _FIRST_DAY + timedelta(days=day, seconds=position * 20)
    unit, status = 1 + number % _UNITS, _STATUSES[number % len(_STATUSES)]
    due = received + timedelta(days=7)
    ended = received + timedelta(days=8 if number % 24 == 0 else 3)
    return _ROW.format(
        key=number + 1,
        code=f"000.00.{unit:02}.H51-{received:%y%m%d}-{position:04}",
        unit=unit,
        procedure=990001 + number % 20,
        received=_clock(received),
        due=_clock(due),
        ended=_clock(ended) if status in _ENDED else "",
        handed=_clock(ended + timedelta(hours=5)) if status == "done" else "",
        status=status,
    )


def _clock(instant: datetime) -> str:
    return f"{instant:%d/%m/%Y %H:%M:%S}"


async def _serve(rows: list[str]) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            body = _page(rows, head.split(" ")[1])
            length = f"content-length: {len(body)}\r\n"
            writer.write(
                f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{length}\r\n".encode() + body
            )
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


async def _head(reader: asyncio.StreamReader) -> str:
    """The first line of a question; nothing once the other side has gone."""
    try:
        return (await reader.readuntil(b"\r\n\r\n")).decode("ascii").partition("\r\n")[0]
    except (asyncio.IncompleteReadError, ConnectionError):
        return ""


def _page(rows: list[str], target: str) -> bytes:
    query = parse_qs(urlsplit(target).query)
    start, end = int(query["start"][0]), int(query["end"][0])
    return f'{{"total":{len(rows)},"data":[{",".join(rows[start:end])}]}}'.encode()


@contextmanager
def serving(records: int) -> Iterator[str]:
    """The URL of a server of so many dossiers, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.pages", str(records)]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.communicate()


if __name__ == "__main__":
    asyncio.run(_serve([row(number) for number in range(int(sys.argv[1]))]))
