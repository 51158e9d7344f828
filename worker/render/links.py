"""Links between codes: as items of a list, as tables, and their evidence in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from models.decision import CodeLink
from models.dossier import DossierRecord
from models.types import LinkGround
from worker.core.link_evidence import SECOND_KEYS, Evidence
from worker.core.linking import LinkProposal
from worker.i18n import text
from worker.i18n.numbers import exact, instant, number
from worker.render.lists import how_many
from worker.render.tables import plain_table

Item = dict[str, Any]
Names = Mapping[str, str]

LINKED, UNDONE, PROPOSED, CERTAIN = "linked", "undone", "proposed", "certain"


def link_item(row: CodeLink, evidence: Evidence) -> Item:
    """A link as ``links --json`` shows it; undone ones say so."""
    return {
        "codes": [row.code, row.other],
        "state": LINKED if row.undone_at is None else UNDONE,
        "ground": row.ground.value,
        "by": row.by,
        "reason": row.reason,
        "at": row.at,
        "undone_at": row.undone_at,
        "undone_by": row.undone_by,
        "undone_reason": row.undone_reason,
        "evidence": evidence_item(evidence),
    }


def proposal_item(proposal: LinkProposal, sources: Mapping[int, str]) -> Item:
    """A pair that may be one dossier; the next reconciliation links it where no doubt is left."""
    pair = proposal.one, proposal.other
    return {
        "codes": [each.code for each in pair],
        "sources": [sources[each.source_id] for each in pair],
        "state": PROPOSED if proposal.doubts else CERTAIN,
        "doubts": [doubt.value for doubt in proposal.doubts],
        "rivals": list(proposal.rivals),
        "evidence": evidence_item(proposal.evidence),
    }


def evidence_item(evidence: Evidence) -> Item:
    """What both records tell alike, and which instants they tell differently."""
    return {
        "procedure": evidence.procedure,
        "unit": evidence.unit,
        "received_at": evidence.received_at,
        "second_keys": {name: getattr(evidence, name) for name in evidence.second_keys},
        "differing": list(evidence.differing),
        "same_sequence": evidence.same_sequence,
    }


def links_table(items: Sequence[Item], total: int, names: Names) -> list[RenderableType]:
    """Links that were made, with what spoke for them."""
    if not items:
        return [text("cli.links.none")]
    columns = ("codes", "alike", "ground", "state")
    table = _table("cli.links.title", columns)
    for item in items:
        table.add_row(
            _lines(item["codes"]),
            _lines(alike_lines(item, names)),
            _lines(ground_lines(item)),
            _state(item),
        )
        table.add_section()
    return [table, "", how_many("cli.links.total", len(items), total)]


def proposals_table(items: Sequence[Item], total: int, names: Names) -> list[RenderableType]:
    """Pairs that wait: for an operator, or for the next reconciliation."""
    if not items:
        return [text("cli.links.no_proposals")]
    table = _table("cli.links.proposals", ("codes", "alike", "why"))
    for item in items:
        codes = [
            text("cli.links.code_at", code=code, source=source)
            for code, source in zip(item["codes"], item["sources"], strict=True)
        ]
        table.add_row(_lines(codes), _lines(alike_lines(item, names)), _lines(doubt_lines(item)))
        table.add_section()
    code, other = items[0]["codes"]
    return [
        table,
        "",
        how_many("cli.links.proposals_total", len(items), total),
        text("cli.links.advice", code=code, other=other),
    ]


def duplicate_item(source: str, records: Sequence[DossierRecord]) -> Item:
    """A dossier that one source holds more than once."""
    return {
        "source": source,
        "records": [
            {
                "id": each.external_id,
                "codes": each.codes.split(" "),
                "unit": each.unit,
                "procedure": each.procedure,
                "received_at": each.received_at,
                "status": int(each.status),
            }
            for each in records
        ],
    }


def duplicates_table(items: Sequence[Item], total: int, names: Names) -> list[RenderableType]:
    """Dossiers held twice; a line for each record."""
    if not items:
        return [text("cli.links.no_duplicates")]
    table = _table("cli.links.duplicates", ("source", "codes", "unit", "received_at", "record"))
    for item in items:
        for place, each in enumerate(item["records"]):
            received = each["received_at"]
            table.add_row(
                item["source"] if place == 0 else "",
                _lines(each["codes"]),
                Text(names.get(each["unit"], each["unit"])),
                exact(received) if received else "",
                Text(each["id"]),
            )
        table.add_section()
    return [
        table,
        "",
        how_many("cli.links.duplicates_total", len(items), total),
        text("cli.links.duplicates_advice"),
    ]


def alike_text(item: Item, names: Names) -> str:
    """What two records have in common, in one line."""
    return "; ".join(alike_lines(item, names))


def differing_text(item: Item) -> str:
    """The instants on which two records part, in one line; empty where there are none."""
    return ", ".join(text(f"fields.{name}") for name in item["evidence"]["differing"])


def _table(title: str, columns: Sequence[str]) -> Any:
    return plain_table(text(title), [text(f"cli.links.{name}") for name in columns])


def _lines(pieces: Sequence[str]) -> Text:
    return Text("\n".join(pieces))


def alike_lines(item: Item, names: Names) -> list[str]:
    """What two records have in common, a piece each."""
    return list(_alike_parts(item["evidence"], names)) or [text("cli.links.nothing_alike")]


def _alike_parts(evidence: Item, names: Names) -> Iterator[str]:
    if evidence["unit"] is not None:
        yield names.get(evidence["unit"], evidence["unit"])
    if evidence["procedure"] is not None:
        yield text("cli.links.same", field=text("fields.procedure"), value=evidence["procedure"])
    instants = {"received_at": evidence["received_at"]} | evidence["second_keys"]
    for name in ("received_at", *SECOND_KEYS):
        if instants.get(name) is not None:
            value = exact(instants[name])
            yield text("cli.links.same", field=text(f"fields.{name}"), value=value)
    if evidence["same_sequence"]:
        yield text("cli.links.same_sequence")


def ground_lines(item: Item) -> list[str]:
    """Who linked two codes, when and why."""
    if item["undone_at"] == item["at"]:
        return [text("cli.links.never_linked")]
    if item["ground"] == LinkGround.AGREEMENT.value:
        told = text("cli.links.by_agreement")
    else:
        told = text("cli.links.by_operator", by=item["by"] or text("cli.links.somebody"))
    return [told, instant(item["at"]), *([item["reason"]] if item["reason"] else [])]


def undone_lines(item: Item) -> list[str]:
    """Who took two codes apart, when and why."""
    by = item["undone_by"] or text("cli.links.somebody")
    undone = text("cli.links.undone", by=by, at=instant(item["undone_at"]))
    return [undone, *([item["undone_reason"]] if item["undone_reason"] else [])]


def _state(item: Item) -> Text:
    if item["state"] == LINKED:
        return Text(text("cli.links.linked"), style="green")
    return _lines(undone_lines(item))


def doubt_lines(item: Item) -> list[str]:
    """Why two codes are not linked yet."""
    if item["state"] == CERTAIN:
        return [text("cli.links.certain")]
    values = {"rivals": _few(item["rivals"]), "fields": differing_text(item)}
    return [text(f"cli.links.doubt.{doubt}", **values) for doubt in item["doubts"]]


def _few(codes: Sequence[str]) -> str:
    most = 3
    told = ", ".join(codes[:most])
    more = len(codes) - most
    return text("cli.links.and_more", codes=told, more=number(more)) if more > 0 else told
