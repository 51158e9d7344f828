"""One dossier explained: both sides next to each other, verdicts, effects, and its history."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from models.types import Cause
from worker.core.resend.selection import lasting_obstacle
from worker.i18n import text
from worker.i18n.numbers import day, exact, instant, signed
from worker.render.explanation_unit import Names, Told, advice, status_text, value
from worker.render.lists import units_text

_AT_FAULT = "►"
_DIFFERS = "≠"
_ALWAYS = frozenset({"codes", "unit", "status", "received_at", "due_at", "ended_at"})


def dossier_explained(told: Told, names: Names) -> list[RenderableType]:
    """From what ``explain DOSSIER --json`` prints."""
    return [
        *_heading(told),
        _sides(told, names),
        *_key(told),
        *_reception(told["reception"]),
        *_events(told["records"]),
        *_verdicts(told),
        *_effects(told["effects"], names),
        *_flags(told["flags"]),
        *_history(told, names),
    ]


def _heading(told: Told) -> Iterator[RenderableType]:
    first, last = (day(told["period"][end]) for end in ("from", "to"))
    yield Text(text("explain.dossier", code=told["dossier"]), style="bold")
    if len(told["codes"]) > 1:
        yield text("explain.codes", codes=", ".join(told["codes"]))
    yield text("explain.when", first=first, last=last, as_of=instant(told["as_of"]))
    if told["presumed"]:
        yield Text(text("explain.presumed"), style="yellow")
    yield ""


def _sides(told: Told, names: Names) -> Table:
    """The fields down, the records across; a sign marks the field at fault, colour repeats it."""
    records = told["records"]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("", no_wrap=True)
    table.add_column(text("explain.column.field"), overflow="fold")
    for heading in _headings(records):
        table.add_column(heading, overflow="fold")
    for row in told["fields"]:
        values = [_value(row["field"], record, names) for record in records]
        if not _worth_showing(row, values):
            continue
        sign = _AT_FAULT if row["at_fault"] else _DIFFERS if row["differs"] else ""
        style = "bold red" if row["at_fault"] else ""
        cells = [sign, text(f"fields.{row['field']}"), *values]
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table


def _headings(records: Sequence[Told]) -> list[str]:
    """A column a record, and one for a side that has none."""
    sides = [record["side"] for record in records]
    return [text(f"states.side_short.{side}") for side in sides]


def _worth_showing(row: Told, values: Sequence[str]) -> bool:
    unknown = text("cli.reconcile.unknown")
    return row["at_fault"] or row["field"] in _ALWAYS or any(each != unknown for each in values)


def _value(name: str, record: Told, names: Names) -> str:
    given = record[name]
    match name:
        case "codes":
            return ", ".join(given)
        case "unit":
            return f"{names.get(given, given)} ({given})"
        case _:
            return value(name, given)


def _key(told: Told) -> Iterator[RenderableType]:
    sides = {record["side"] for record in told["records"]}
    for side in ("province", "portal"):
        if side not in sides:
            unknown = text(f"explain.no_record.{side}")
            yield Text(unknown, style="bold red" if told["effects"] else "")
    rows = told["fields"]
    if any(row["at_fault"] for row in rows):
        yield Text(text("explain.key_fault", sign=_AT_FAULT), style="dim")
    if any(row["differs"] and not row["at_fault"] for row in rows):
        yield Text(text("explain.key_differs", sign=_DIFFERS), style="dim")


def _reception(reception: Told | None) -> Iterator[RenderableType]:
    """The deadline for receiving a dossier filed online, and whether it was kept."""
    if reception is None:
        return
    late, answered = reception["late"], reception["answered_at"]
    times = {"until": value("due_at", reception["until"])}
    if answered is None:
        said = text(f"explain.reception.{'waiting_late' if late else 'waiting'}", **times)
    else:
        times["answered"] = value("received_at", answered)
        said = text(f"explain.reception.{'late' if late else 'in_time'}", **times)
    yield ""
    yield Text(text("explain.reception.title"), style="bold")
    yield Text(f"• {said}", style="bold" if late else "")


def _events(records: Sequence[Told]) -> Iterator[RenderableType]:
    yield ""
    yield Text(text("explain.events"), style="bold")
    for record in records:
        side = text(f"states.side_short.{record['side']}")
        yield Text(text("explain.events_of", side=side, code=record["codes"][0]))
        yield Padding(Text(_events_text(record["events"])), (0, 0, 0, 2))


def _events_text(events: Sequence[Told] | None) -> str:
    if events is None:
        return text("explain.events_not_told")
    if not events:
        return text("explain.no_events")
    return "\n".join(
        f"{exact(datetime.fromisoformat(event['at']))}  {status_text(event['status'])}"
        for event in events
    )


def _verdicts(told: Told) -> Iterator[RenderableType]:
    yield ""
    yield Text(text("explain.verdicts"), style="bold")
    for verdict in told["verdicts"]:
        side = _side(verdict, told["records"])
        rule = text(f"rules.name.{verdict['rule']}")
        late = verdict["late"]
        style = "bold" if late else ""
        said = text("explain.late" if late else "explain.not_late")
        yield Text(f"• {text('explain.verdict', side=side, rule=rule, said=said)}", style=style)
        yield Padding(Text(_verdict_text(verdict)), (0, 0, 0, 2))


def _side(verdict: Told, records: Sequence[Told]) -> str:
    """The side, with the code of the record where the side holds the dossier twice."""
    side = text(f"states.side_short.{verdict['side']}")
    twice = sum(record["side"] == verdict["side"] for record in records) > 1
    return f"{side} ({verdict['code']})" if twice else side


def _verdict_text(verdict: Told) -> str:
    parts = [text(f"rules.reason.{verdict['reason']}")]
    if verdict["category"]:
        parts.append(text(f"states.category.{verdict['category']}"))
    else:
        parts.append(text("explain.not_counted"))
    parts += [
        f"{text('explain.' + name)} {value(name + '_at', verdict[name])}"
        for name in ("counted_from", "ends_at", "late_from")
        if verdict[name]
    ]
    return "; ".join(dict.fromkeys(parts))


def _effects(effects: Sequence[Told], names: Names) -> Iterator[RenderableType]:
    yield ""
    yield Text(text("explain.effects"), style="bold")
    if not effects:
        yield text("explain.no_effects")
    for effect in effects:
        cause = effect["cause"]
        line = text(
            "explain.effect",
            cause=text(f"causes.label.{cause}"),
            kind=text(f"states.kind.{effect['kind']}"),
            count=signed(effect["contribution"]),
            unit=units_text(effect, names),
        )
        yield Text(f"• {line}", style="bold")
        yield Padding(Text(text(f"causes.meaning.{cause}")), (0, 0, 0, 2))
        yield Padding(Text(advice(cause)), (0, 0, 0, 2))
        yield Padding(Text(_resend_advice(effect)), (0, 0, 0, 2))


def _resend_advice(effect: Told) -> str:
    """Whether sending the dossier again mends it, and why not."""
    obstacle = lasting_obstacle(Cause(effect["cause"]), effect["flags"])
    if obstacle is None:
        return text("resend.explain_may", dossier=effect["dossier"])
    return text("resend.explain_not", why=text(f"resend.obstacle.{obstacle.value}"))


def _flags(flags: Sequence[str]) -> Iterator[RenderableType]:
    if flags:
        yield ""
        yield Text(text("explain.flags"), style="bold")
    for flag in flags:
        yield Text(f"• {text('flags.' + flag)}")


def _history(told: Told, names: Names) -> Iterator[RenderableType]:
    yield ""
    yield Text(text("explain.history"), style="bold")
    for known in told["known"]:
        yield from _known(known)
    for asked in told["asked"]:
        key = "explain.asked_found" if asked["found"] else "explain.asked_unknown"
        when = {name: instant(asked[name]) for name in ("since", "asked_at")}
        yield Text(f"• {text(key, code=asked['code'], run=asked['run'], **when)}")
    for life in told["discrepancies"]:
        yield from _life(life, names)
    for sent in told["resends"]:
        yield Text(f"• {_resend(sent)}")


def _resend(sent: Told) -> str:
    """A time the dossier was to be sent again, and what came of it."""
    fate = text("resend.fate_not_sent")
    if sent["sent_at"]:
        result = sent["result"]
        fate = text(
            "resend.fate_sent",
            at=instant(sent["sent_at"]),
            answer=text(f"resend.answer.{sent['answer']}") if sent["answer"] else "–",
            result=text(f"resend.result.{result}") if result else text("resend.fate_unjudged"),
        )
    state = text(f"resend.state.{sent['state']}")
    return text("resend.explain_asked", id=sent["request"], state=state, fate=fate)


def _known(known: Mapping[str, Any]) -> Iterator[RenderableType]:
    side = text(f"states.side_short.{known['side']}")
    yield Text(f"• {text('explain.known', side=side, first=instant(known['first_at']))}")
    if known["current_at"] != known["first_at"]:
        yield Text(f"  {text('explain.changed', at=instant(known['current_at']))}")
    if known["gone_at"]:
        yield Text(f"  {text('explain.gone', at=instant(known['gone_at']))}")


def _life(life: Told, names: Names) -> Iterator[RenderableType]:
    state = text(f"states.discrepancy.{life['state']}")
    label = text(f"causes.label.{life['cause']}")
    seen = instant(life["last_seen_at"])
    yield Text(f"• {text('explain.life', cause=label, state=state, seen=seen)}")
    for step in life["steps"]:
        said = text(f"states.step.{step['step']}")
        cause = text(f"causes.label.{step['cause']}")
        yield Text(f"  {instant(step['at'])}  {said}: {cause} ({units_text(step, names)})")
    if life["note"]:
        yield Text(f"  {life['note']}")
