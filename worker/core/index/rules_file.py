"""Reads the versions of the index's rules from their file, ``index766.toml``.

A rule at fault is a fault of the file and named with its version: scores are not to be checked
against half of the rules.
"""

import tomllib
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise

import msgspec

from models.rates import Indicator
from worker.core.index.rules import Component, GroupRule, IndexRules, Reason, Target
from worker.errors import ReferenceError  # noqa: A004 - reference data, the domain's word


class _Target(msgspec.Struct, forbid_unknown_fields=True):
    at: Decimal
    above: bool
    source: str


class _Component(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    maximum: Decimal
    numerator: str
    denominator: str
    source: str
    full_at: Decimal | None = None
    factor: str | None = None
    when_empty: Decimal | None = None
    metrics: list[str] = []
    indicator: Indicator | None = None
    target: _Target | None = None


class _Group(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    maximum: Decimal
    component: list[_Component]
    confirmed: bool = True
    unknown: Reason | None = None


class _Other(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    target: _Target


class _Version(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    valid_from: date
    tolerance: Decimal
    total_tolerance: Decimal
    group: list[_Group]
    valid_to: date | None = None
    other: list[_Other] = []


class _File(msgspec.Struct, forbid_unknown_fields=True):
    version: list[_Version]


def parse_rules(text: str, file: str) -> tuple[IndexRules, ...]:
    """Read the versions, the oldest first.

    Raises:
        ReferenceError: ``index_rules_unreadable`` names what is wrong: no TOML, a word that is no
            rule, a code twice, components that add up to more than their group, versions that
            overlap.
    """
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
        versions = msgspec.convert(raw, _File).version
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise _wrong(file, str(error)) from error
    read = (_rules(each, file) for each in versions)
    rules = tuple(sorted(read, key=lambda each: each.valid_from))
    _check_order(rules, file)
    return rules


def _rules(raw: _Version, file: str) -> IndexRules:
    rules = IndexRules(
        name=raw.name,
        valid_from=raw.valid_from,
        valid_to=raw.valid_to,
        tolerance=raw.tolerance,
        total_tolerance=raw.total_tolerance,
        groups=tuple(map(_group, raw.group)),
        others=tuple((each.code, _target(each.target)) for each in raw.other),
    )
    _check(rules, file)
    return rules


def _group(raw: _Group) -> GroupRule:
    return GroupRule(
        code=raw.code,
        maximum=raw.maximum,
        components=tuple(_component(each, raw.code) for each in raw.component),
        confirmed=raw.confirmed,
        unknown=raw.unknown,
    )


def _component(raw: _Component, group: str) -> Component:
    return Component(
        code=raw.code,
        group=group,
        maximum=raw.maximum,
        full_at=raw.full_at,
        factor=raw.factor,
        when_empty=raw.when_empty,
        metrics=tuple(raw.metrics),
        indicator=raw.indicator,
        numerator=raw.numerator,
        denominator=raw.denominator,
        source=raw.source,
        target=_target(raw.target) if raw.target else None,
    )


def _target(raw: _Target) -> Target:
    return Target(raw.at, raw.above, raw.source)


def _check(rules: IndexRules, file: str) -> None:
    groups = [group.code for group in rules.groups]
    codes = Counter([*groups, *(component.code for component in rules.components)])
    for code, times in codes.items():
        if times > 1:
            raise _wrong(file, f"{rules.name}: {code} x {times}")
    for group in rules.groups:
        whole = sum((each.maximum for each in group.components), Decimal(0))
        if whole != group.maximum:
            raise _wrong(file, f"{rules.name}: {group.code} {whole} != {group.maximum}")
    for component in rules.components:
        if component.maximum <= 0 or (component.full_at is not None and component.full_at <= 0):
            raise _wrong(file, f"{rules.name}: {component.code} <= 0")
        if component.factor is not None and component.factor not in codes:
            raise _wrong(file, f"{rules.name}: {component.factor} ?")


def _check_order(rules: tuple[IndexRules, ...], file: str) -> None:
    for earlier, later in pairwise(rules):
        if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
            raise _wrong(file, f"{earlier.name} > {later.valid_from}")


def _wrong(file: str, detail: str) -> ReferenceError:
    return ReferenceError("index_rules_unreadable", file=file, fault=detail)
