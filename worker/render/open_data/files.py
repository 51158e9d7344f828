"""The files of an open publication, each at an address that stays.

    index.html                    the page for people
    data/index.json               which months there are, and every file with its SHA-256
    data/2024-07/late.csv, .json  a table of a month; see ``worker.core.open_data``
    data/2024-07/figures.json     what the month's SHA-256 is taken of, byte for byte

The same figures give the same bytes. What other files name comes before them, so that at no moment
a file names one that is not there.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from worker.core.open_data import DataSet, OpenPeriod, Publisher, data_sets
from worker.core.statement import canonical
from worker.i18n import text
from worker.render.open_data.page import page
from worker.render.spreadsheets import csv_text, harmless

_FORMAT = 1

Files = Mapping[str, bytes]


def publication(months: Sequence[OpenPeriod], publisher: Publisher) -> Files:
    """Every file by its address, in the order in which they are to be written.

    Args:
        months: The months to publish, the newest first.
        publisher: Who publishes them.
    """
    files: dict[str, bytes] = {}
    listed = []
    for month in months:
        own = dict(_files_of(month, publisher))
        files |= own
        listed.append(_listed(month, own))
    files["data/index.json"] = _json(_index(listed, publisher))
    files["index.html"] = page(months, publisher).encode()
    return files


def _files_of(month: OpenPeriod, publisher: Publisher) -> Iterator[tuple[str, bytes]]:
    folder = f"data/{month.key}"
    for each in data_sets(month, publisher):
        yield f"{folder}/{each.name}.csv", _csv(each)
        yield f"{folder}/{each.name}.json", _json(_rows(each))
    yield f"{folder}/figures.json", canonical(month.figures).encode()


def _rows(data: DataSet) -> dict[str, Any]:
    rows = [dict(zip(data.columns, row, strict=True)) for row in data.rows]
    return {"total": len(rows), "items": rows}


def _listed(month: OpenPeriod, files: Files) -> dict[str, Any]:
    return {
        "period": month.key,
        "from": month.period.first.isoformat(),
        "to": month.period.last.isoformat(),
        "as_of": month.as_of.isoformat(timespec="seconds"),
        "state": month.state.value,
        "complete": month.figures.statement.complete,
        "sha256": month.digest,
        "corrections": len(month.corrections),
        "files": [
            {"path": path.removeprefix("data/"), "sha256": sha256(content).hexdigest()}
            for path, content in files.items()
        ],
    }


def _index(listed: Sequence[Mapping[str, Any]], publisher: Publisher) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "province": {"code": publisher.code, "name": publisher.name},
        "about": text("publication.about"),
        "periods": list(listed),
    }


def _json(told: Mapping[str, Any]) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(data: DataSet) -> bytes:
    """Nothing stands where there is no value."""
    rows = ([_cell(value) for value in row] for row in data.rows)
    return csv_text([data.columns, *rows]).encode()


def _cell(value: str | int | None) -> str:
    if isinstance(value, str):
        return harmless(value)
    return "" if value is None else str(value)
