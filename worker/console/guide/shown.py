"""The help as its pages show it: entries with an anchor, what they mean, and what to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from models.types import Cause, Flag, IncidentKind, IncidentState, MailState, RunState
from worker.console.guide.chapters import CAUSES, ERRORS, FIGURES
from worker.i18n import text
from worker.i18n.catalogue import catalogue
from worker.i18n.numbers import duration, number, percent
from worker.settings.alerts import AlertSettings

_FIGURES, _CAUSES, _FAILURES = "pages.help_figures", "pages.help_causes", "pages.help_failures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is explained; ``anchors`` are further ones that lead to it.

    ``means`` are paragraphs, ``todo`` what to do, by for whom (a key of ``pages.help.for``).
    """

    anchor: str
    title: str
    means: Sequence[str]
    todo: Mapping[str, str]
    anchors: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Entries that belong together."""

    anchor: str
    title: str
    says: str
    entries: Sequence[Entry]


def figures() -> list[Section]:
    """What each figure means, and how to read it."""
    return [
        Section(
            anchor=group,
            title=text(f"{_FIGURES}.group.{group}"),
            says="",
            entries=[_figure(anchor) for anchor in anchors],
        )
        for group, anchors in FIGURES.items()
    ]


def _figure(anchor: str) -> Entry:
    key = f"{_FIGURES}.{anchor}"
    return Entry(
        anchor=anchor,
        title=text(f"{key}.title"),
        means=[text(f"{key}.means")],
        todo={"reading": text(f"{key}.reading")},
    )


def causes() -> list[Section]:
    """Every cause: what it is, how it shows, what to do; then the signs of made-up times."""
    return [
        *(
            Section(
                anchor=kind,
                title=text(f"{_CAUSES}.kind.{kind}.title"),
                says=text(f"{_CAUSES}.kind.{kind}.says"),
                entries=[_cause(each) for each in listed],
            )
            for kind, listed in CAUSES.items()
        ),
        Section(
            anchor="flags",
            title=text(f"{_CAUSES}.flags.title"),
            says=text(f"{_CAUSES}.flags.says"),
            entries=[_flag(each) for each in Flag],
        ),
    ]


def _cause(cause: Cause) -> Entry:
    own = f"{_CAUSES}.{cause.value}"
    return Entry(
        anchor=cause.value,
        title=_capital(text(f"causes.label.{cause.value}")),
        means=[text(f"causes.meaning.{cause.value}"), text(f"{own}.sign")],
        todo={"todo": text(f"causes.advice.{cause.value}"), "who": text(f"{own}.who")},
    )


def _flag(flag: Flag) -> Entry:
    return Entry(
        anchor=flag.value,
        title=_capital(text(f"flags.{flag.value}")),
        means=[text(f"{_CAUSES}.{flag.value}.sign")],
        todo={"who": text(f"{_CAUSES}.{flag.value}.who")},
    )


def failures(alerts: AlertSettings) -> list[Section]:
    """Every state in which something is not as it should be, and what to do in it."""
    return [
        _section("runs", _of_enum("run", RunState, "states.run")),
        _section("sources", [_error(group, keys) for group, keys in ERRORS.items()]),
        _section("incidents", _incidents(alerts)),
        _section(
            "quarantine", [_record(reason) for reason in sorted(catalogue("vi", "quarantine"))]
        ),
        _section("mails", _of_enum("mail", MailState, "mails.state")),
    ]


def _section(name: str, entries: Iterable[Entry]) -> Section:
    key = f"{_FAILURES}.section.{name}"
    return Section(
        anchor=name,
        title=text(f"{key}.title"),
        says=text(f"{key}.says"),
        entries=list(entries),
    )


def _of_enum(prefix: str, values: type[Enum], titles: str) -> list[Entry]:
    return [
        _failure(f"{prefix}-{each.value}", f"{prefix}.{each.value}", text(f"{titles}.{each.value}"))
        for each in values
    ]


def _failure(anchor: str, key: str, title: str, **values: str) -> Entry:
    own = f"{_FAILURES}.{key}"
    return Entry(
        anchor=anchor,
        title=_capital(title),
        means=[text(f"{own}.means", **values)],
        todo={who: text(f"{own}.{who}", **values) for who in ("unit", "operator")},
    )


def _error(group: str, keys: Sequence[str]) -> Entry:
    own = f"{_FAILURES}.error.{group}"
    return Entry(
        anchor=f"error-{group}",
        title=text(f"{own}.title"),
        means=[text(f"{own}.means")],
        todo={"operator": text(f"{own}.operator")},
        anchors=[f"error-{key}" for key in keys],
    )


def _confirmed(after: timedelta) -> str:
    """After how long a difference has to be seen again; nothing where the first look counts."""
    return text(f"{_FAILURES}.confirmed", time=duration(after)) if after else ""


def _incidents(alerts: AlertSettings) -> list[Entry]:
    values = {
        "confirm": _confirmed(alerts.confirm_after),
        "difference": number(alerts.min_difference),
        "share": percent(alerts.min_late_share),
        "unexplained": number(alerts.min_unexplained),
        "rate": percent(alerts.min_sync_rate),
        "lag": duration(alerts.max_sync_lag),
        "quarantined": number(alerts.max_quarantined),
    }
    kinds = [
        _failure(
            f"incident-{kind.value}",
            f"incident.{kind.value}",
            text(f"incidents.kind.{kind.value}"),
            **values,
        )
        for kind in IncidentKind
    ]
    states = [
        _failure(
            f"incident-{state.value}",
            f"incident.{state.value}",
            text(f"incidents.state.{state.value}"),
            **values,
        )
        for state in IncidentState
    ]
    return [*kinds, *states]


def _record(reason: str) -> Entry:
    return Entry(
        anchor=f"record-{reason}",
        title=text(f"quarantine.{reason}", detail="…"),
        means=[],
        todo={"operator": text(f"{_FAILURES}.record.{reason}")},
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
