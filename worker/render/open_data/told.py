"""What ``publish`` tells of a publication it has written."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from worker.core.open_data import OpenPeriod
from worker.i18n import text
from worker.i18n.numbers import instant, month, number


def publication_told(
    months: Sequence[OpenPeriod], folder: Path, changed: int, unchanged: int
) -> Iterator[str]:
    """The months, what was written where, and what to do with it."""
    for each in months:
        yield text(
            "publication.told.month",
            month=month(each.period.first),
            state=text(f"publication.state.{each.state.value}"),
            as_of=instant(each.as_of),
            n=len(each.corrections),
        )
    if not months:
        yield text("publication.page.nothing")
    counts = {"changed": number(changed), "unchanged": number(unchanged)}
    yield text("publication.told.written", folder=str(folder), **counts)
    yield text("publication.told.next", page=str(folder / "index.html"))
