"""The index as ``index --json`` tells it: stable names, decimals as text, null for nothing shown.

A rate of our own counts is rounded to two places; its counts are told beside it.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from models.types import Period
from worker.core.index.assembly import amount_of, is_provisional, is_rate
from worker.core.index.comparison import Change, Rank, RankChange
from worker.core.index.evaluation import Evaluation
from worker.core.index.rules import TOTAL, Target
from worker.core.index.scoring import Score
from worker.core.index.side_by_side import Compared, Entry, SideBySide
from worker.core.index.values import Value

Item = dict[str, Any]

_CENT = Decimal("0.01")
_LONGEST = Decimal("0.001")
# By whose records we counted: the portal's, the province's own.
_SIDES = {"counted": "portal", "at_home": "province"}


def index_item(table: SideBySide, compared: Compared) -> Item:
    """A unit, or the province, in one period beside others."""
    current = table.current
    rules = current.rules
    groups = {group.code for group in rules.groups}
    entries = {each.code: _entry_item(each, current) for each in compared.entries}
    total = entries.pop(TOTAL, None)
    return {
        **_head(current),
        "unit": _unit_item(compared),
        "compared": [_base_item(base) for base in table.bases],
        "rank": _rank_item(compared),
        "total": total,
        "groups": [item for code, item in entries.items() if code in groups],
        "components": [item for code, item in entries.items() if code not in groups],
    }


def units_item(table: SideBySide, code: str, rows: list[Compared]) -> Item:
    """One value of every unit; the units stand in the order given."""
    items = [
        {
            **_unit_item(row),
            "rank": _rank_item(row),
            **_entry_item(row.entries[0], table.current),
        }
        for row in rows
    ]
    return {
        **_head(table.current),
        "code": code,
        "compared": [_base_item(base) for base in table.bases],
        "total": len(items),
        "items": items,
    }


def _head(current: Evaluation) -> Item:
    return {
        "period": _period_item(current.period),
        "as_of": current.as_of,
        "provisional": current.provisional,
        "rules": current.rules.name,
        "sources": list(current.sources),
    }


def _unit_item(compared: Compared) -> Item:
    unit = compared.unit
    return {"unit": unit.unit, "name": unit.name, "level": unit.level}


def _base_item(base: Evaluation) -> Item:
    return {
        "period": _period_item(base.period),
        "provisional": base.provisional,
        "rules": base.rules.name,
    }


def _period_item(period: Period) -> Item:
    return {"from": period.first, "to": period.last}


def _entry_item(entry: Entry, current: Evaluation) -> Item:
    own = {side: _own_item(entry, name) for name, side in _SIDES.items() if name in entry.values}
    return {
        "code": entry.code,
        "group": entry.group,
        "printed": _shown_item(entry, "printed", current.period),
        "published": _shown_item(entry, "published", current.period),
        "own": own or None,
        "target": _target_item(entry.target),
        "national": None if entry.national is None else _text(amount_of(entry.national)),
        "changes": [_change_item(period, each) for period, each in entry.changes.items()],
        "signs": list(entry.signs),
    }


def _shown_item(entry: Entry, name: str, period: Period) -> Item | None:
    value = entry.values.get(name)
    if value is None:
        return None
    score = entry.scores.get(name)
    return {
        **_value_item(value),
        "score": _text(value.score),
        "max_score": _text(value.maximum),
        "text": value.said,
        "source": value.document,
        "as_of": value.as_of,
        "provisional": is_provisional(value, period),
        "verdict": entry.verdicts[name],
        "check": None if score is None else _check_item(score),
    }


def _own_item(entry: Entry, name: str) -> Item:
    value = entry.values[name]
    more = {"untold": value.untold, "as_of": value.as_of, "verdict": entry.verdicts[name]}
    return _value_item(value) | more


def _value_item(value: Value) -> Item:
    ratio = amount_of(value) if is_rate(value) else None
    return {
        "ratio": _text(ratio),
        "numerator": value.numerator,
        "denominator": value.denominator,
        "empty": value.empty,
    }


def _check_item(score: Score) -> Item:
    return {
        "standing": score.standing,
        "computed": _text(score.computed),
        "max_score": _text(score.maximum),
        "off": _text(score.off),
        "reason": score.reason,
        "missing": list(score.missing),
        "least": _text(score.least),
        "most": _text(score.most),
        "confirmed": score.confirmed,
    }


def _target_item(target: Target | None) -> Item | None:
    if target is None:
        return None
    return {"at": _text(target.at), "above": target.above, "source": target.source}


def _change_item(period: Period, change: Change | None) -> Item:
    told = change or Change(period, None, "", None)
    return {
        "period": _period_item(period),
        "before": _text(told.before),
        "amount": _text(told.amount),
        "shown_by": told.shown_by or None,
        "breaks": list(told.breaks),
        "signs": list(told.signs),
    }


def _rank_item(compared: Compared) -> Item:
    return {
        **(_place_item(compared.rank) or {"place": None, "of": None, "shared": False}),
        "changes": [
            _rank_change_item(period, each) for period, each in compared.rank_changes.items()
        ],
    }


def _rank_change_item(period: Period, change: RankChange | None) -> Mapping[str, Any]:
    told = change or RankChange(period, None, None)
    return {
        "period": _period_item(period),
        "before": _place_item(told.before),
        "better": told.better,
        "breaks": list(told.breaks),
    }


def _place_item(rank: Rank | None) -> Item | None:
    return None if rank is None else {"place": rank.place, "of": rank.of, "shared": rank.shared}


def _text(value: Decimal | None) -> str | None:
    """As shown; what was computed without an end to two places."""
    if value is None:
        return None
    is_long = value != value.quantize(_LONGEST)
    return str(value.quantize(_CENT, ROUND_HALF_UP) if is_long else value)
