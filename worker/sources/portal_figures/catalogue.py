"""The portal's list of procedures, for their ids: figures are narrowed by id, not by code."""

from dataclasses import dataclass

import msgspec

from worker.errors import DataError
from worker.sources.fields import Scalar, text_of
from worker.sources.portal_figures.client import Answer, Listing, Pagination


@dataclass(frozen=True, slots=True)
class Formality:
    """A procedure by the portal's id (a UUID) and its national code; ``state`` as shown."""

    id: str
    code: str
    name: str
    state: str | None = None


class FormalityRow(msgspec.Struct):
    """What of a procedure is read."""

    id: Scalar = None
    code: Scalar = None
    name: Scalar = None
    state: Scalar = None


class FormalityPage(msgspec.Struct):
    """One page of the list."""

    items: list[FormalityRow] | None = None
    pagination: Pagination | None = None


FORMALITIES = Listing(
    path="/formalities",
    decoder=msgspec.json.Decoder(Answer[FormalityPage]),
    rows=lambda page: page.items or (),
    page_size=200,
)


def formality_of(row: FormalityRow) -> Formality | None:
    """The procedure in a row; None for one that can't be asked about, having no id or no code."""
    try:
        key, code = text_of(row.id, "id"), text_of(row.code, "code")
        name, state = text_of(row.name, "name"), text_of(row.state, "state")
    except DataError:
        return None
    return Formality(key, code, name or code, state) if key and code else None
