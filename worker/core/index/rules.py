"""The scoring rules of index 766 as values: each version with its groups and their components.

Formulas change: a version holds for the periods between two days. Groups are known by the portal's
codes (CKMB, TDGQ, CLGQ, TTTT, MDHL, MDSH), for their numbers differ between documents.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from models.rates import Indicator
from models.types import Period
from worker.errors import ReferenceError  # noqa: A004 - reference data, the domain's word

TOTAL = "TONG"
RANK = "RANK"


class Reason(StrEnum):
    """Why a score can't be computed; each has a text in the catalogues (``index.missing``)."""

    COMPONENTS = "components"  # rates the formula needs were not told
    EMPTY = "empty"  # there was no case, and what that scores is not known
    GROUPS = "groups"  # the total lacks scores of groups
    AVERAGES = "averages"  # a formula does not hold for averages
    TARGETS = "targets"  # the rates of full marks of that time are not known
    SYNC_FACTOR = "sync_factor"  # whether the sync rate multiplies was never proven
    UNLISTED = "unlisted"  # the formula has components that documents do not print


@dataclass(frozen=True, slots=True)
class Target:
    """The rate from which an indicator is "Đạt"; ``at`` in points of a hundred.

    ``above`` tells "trên 90%" (more than it) from "từ 90%" (it or more). ``source`` is the document
    that sets it. It is not the rate that earns full marks.
    """

    at: Decimal
    above: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One indicator of a group, and how its rate becomes points.

    The points are ``maximum`` x min(1, rate / ``full_at``), the rate multiplied before by that of
    the component ``factor`` where there is one.

    Attributes:
        code: The code of index 766, such as ``1.4``.
        group: The code of its group.
        maximum: Its points at most.
        full_at: The rate of full marks in points of a hundred, 100 where points grow with the rate
            all the way; None where it is not known for the time.
        factor: The code of a component whose rate multiplies, or None.
        when_empty: The points where there was no case; None where that is not known.
        metrics: The portal's metrics it is read from; of several the numerators add up.
        indicator: The rate counted from dossiers that stands for it, or None.
        numerator: Key of the text that says what is counted (``index.count``).
        denominator: Key of the text that says out of what.
        source: Key of the text that says where the rule is from (``index.source``).
        target: From where on it is "Đạt"; None where no document sets one.
    """

    code: str
    group: str
    maximum: Decimal
    full_at: Decimal | None = None
    factor: str | None = None
    when_empty: Decimal | None = None
    metrics: tuple[str, ...] = ()
    indicator: Indicator | None = None
    numerator: str
    denominator: str
    source: str
    target: Target | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRule:
    """One group of components.

    ``unknown`` is why its score can't be computed under these rules, None where it can.
    ``confirmed``: the formula gives what was published throughout; otherwise it is the stated one,
    and what was published departs from it.
    """

    code: str
    maximum: Decimal
    components: tuple[Component, ...]
    confirmed: bool = True
    unknown: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRules:
    """One version of the rules.

    ``valid_from`` and ``valid_to`` are local days, both included; None: to this day. A computed
    score reproduces a shown one within ``tolerance`` points, the total within ``total_tolerance``.
    ``others`` are indicators that documents print beside the components, without points of their
    own; they may have a target.
    """

    name: str
    valid_from: date
    valid_to: date | None
    tolerance: Decimal
    total_tolerance: Decimal
    groups: tuple[GroupRule, ...]
    others: tuple[tuple[str, Target], ...] = ()

    @property
    def components(self) -> Iterator[Component]:
        """All components, in the order of the groups."""
        for group in self.groups:
            yield from group.components

    def component(self, code: str) -> Component | None:
        """The component of a code; None where these rules have no such one."""
        return next((each for each in self.components if each.code == code), None)

    def group(self, code: str) -> GroupRule | None:
        """The group of a code; None for the total and for what is no group."""
        return next((each for each in self.groups if each.code == code), None)

    def maximum_of(self, code: str) -> Decimal | None:
        """The points at most of a component, a group or the total; None for anything else."""
        if code == TOTAL:
            return sum((group.maximum for group in self.groups), Decimal(0))
        found = self.component(code) or self.group(code)
        return found.maximum if found else None

    def target_of(self, code: str) -> Target | None:
        """From where on an indicator is "Đạt"; None where no document says so."""
        component = self.component(code)
        return component.target if component else dict(self.others).get(code)


def rules_for(all_rules: Sequence[IndexRules], period: Period) -> IndexRules:
    """The version that held on the last day of a period.

    Raises:
        ReferenceError: ``index_rules_missing``: none did.
    """
    for rules in all_rules:
        if rules.valid_from <= period.last <= (rules.valid_to or date.max):
            return rules
    raise ReferenceError("index_rules_missing", day=period.last.isoformat())
