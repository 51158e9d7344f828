from datetime import date
from decimal import Decimal

import pytest

from models.rates import Indicator
from models.types import Period
from worker.core.index.rules import TOTAL, IndexRules, Reason, Target, rules_for
from worker.core.index.rules_file import parse_rules
from worker.core.index.scoring import Standing, Verdict
from worker.errors import ReferenceError  # noqa: A004
from worker.i18n import has_text, use_language
from worker.sources.index_rules import read_index_rules
from worker.sources.portal_figures.groups import GROUP_CODES, GROUPS

VERSION = """
[[version]]
name = "một"
valid_from = 2024-01-01
valid_to = 2024-12-31
tolerance = 0.05
total_tolerance = 0.3
[[version.group]]
code = "TDGQ"
maximum = 20
[[version.group.component]]
code = "2.1"
maximum = 20
full_at = 90.5
metrics = ["ON_TIME"]
indicator = "ON_TIME"
numerator = "dossiers_on_time"
denominator = "dossiers_handled"
source = "description"
target = { at = 90, above = true, source = "x" }
"""
LISTED = (  # what the portal lists in its answers, by its own names
    "PUBLISH_ON_TIME",
    "PUBLIC_UPDATE_ON_TIME",
    "PUBLIC_CONTENT_FULL",
    "DOSSIER_SYNC",
    "PETITION_PROCESSING_ON_TIME",
    "PETITION_HANDLING_SATISFACTION",
    "DOSSIER_RECEIVING_SATISFACTION",
    "ORIGINAL_RESULT_AVAILABLE",
    "SO_HOA_GIAY_TO_GIAI_QUYET",
    "REUSED_DIGITIZED_DATA",
    "ELECTRONIC_CERTIFIED_COPY",
    "SYNCED_WITH_DVCQG_PERSONAL_STORAGE",
    "CITIZEN_DATA_CONNECTED_DOSSIER",
    "CITIZEN_DATA_CONNECTED_FORMALITY",
)


def month(year: int, number: int) -> Period:
    return Period(date(year, number, 1), date(year, number, 28))


def fault_of(text: str) -> str:
    with pytest.raises(ReferenceError) as caught:
        parse_rules(text, "index766.toml")
    assert caught.value.key == "index_rules_unreadable"
    return str(caught.value.values["fault"])


def test_a_version_is_read_with_all_its_parts() -> None:
    (rules,) = parse_rules(VERSION, "index766.toml")
    (component,) = rules.components
    assert (rules.name, rules.tolerance) == ("một", Decimal("0.05"))
    assert (component.code, component.group, component.full_at) == ("2.1", "TDGQ", Decimal("90.5"))
    assert (component.indicator, component.metrics) == (Indicator.ON_TIME, ("ON_TIME",))
    assert component.target == Target(Decimal(90), above=True, source="x")
    assert (component.factor, component.when_empty) == (None, None)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("[[version]]", "[[version", "Expected"),
        ("full_at = 90.5", "full_mark = 90.5", "full_mark"),
        ("full_at = 90.5", 'full_at = "nhiều"', "full_at"),
        ("full_at = 90.5", "full_at = 0", "2.1 <= 0"),
        ("full_at = 90.5", 'factor = "1.4"', "1.4 ?"),
        ('indicator = "ON_TIME"', 'indicator = "OTHER"', "OTHER"),
        ("maximum = 20\n[[", "maximum = 18\n[[", "TDGQ 20 != 18"),
        ('code = "2.1"', 'code = "TDGQ"', "TDGQ x 2"),
    ],
)
def test_a_wrong_rule_is_named_and_none_is_used(old: str, new: str, fault: str) -> None:
    assert old in VERSION
    assert fault in fault_of(VERSION.replace(old, new, 1))


def test_versions_may_not_overlap() -> None:
    later = VERSION.replace('"một"', '"hai"').replace("2024-01-01", "2024-12-31")
    assert "2024-12-31" in fault_of(VERSION + later.replace("valid_to = 2024-12-31\n", ""))


def test_a_period_has_the_rules_of_its_last_day() -> None:
    rules = read_index_rules()
    assert rules_for(rules, month(2023, 11)).name == "766-2022"
    assert rules_for(rules, month(2024, 7)).name == "766-2022"
    assert rules_for(rules, month(2026, 8)).name == "766-2026"
    assert rules_for(rules, Period(date(2025, 12, 1), date(2026, 1, 31))).name == "766-2026"
    with pytest.raises(ReferenceError) as caught:
        rules_for(rules, month(2021, 1))
    assert caught.value.values == {"day": "2021-01-28"}


@pytest.mark.parametrize("rules", read_index_rules(), ids=lambda rules: rules.name)
def test_every_version_comes_to_a_hundred_points_in_the_portals_groups(rules: IndexRules) -> None:
    assert rules.maximum_of(TOTAL) == 100
    assert [group.code for group in rules.groups] == list(GROUP_CODES)
    maxima = {group.code: group.maximum for group in rules.groups}
    assert maxima == {"CKMB": 18, "TDGQ": 20, "CLGQ": 12, "TTTT": 10, "MDHL": 18, "MDSH": 22}


def test_what_is_not_known_of_the_first_years_says_why() -> None:
    rules = read_index_rules()[0]
    unknown = {group.code: group.unknown for group in rules.groups if group.unknown}
    assert unknown == {
        "CLGQ": Reason.SYNC_FACTOR,
        "TTTT": Reason.TARGETS,
        "MDSH": Reason.UNLISTED,
    }
    assert [group.code for group in rules.groups if not group.confirmed] == ["TDGQ", *unknown]


def test_everything_of_2026_can_be_computed() -> None:
    rules = read_index_rules()[1]
    assert all(group.unknown is None and group.confirmed for group in rules.groups)
    assert all(component.full_at is not None for component in rules.components)
    assert all(component.when_empty is not None for component in rules.components)


def test_components_are_read_from_metrics_the_portal_has() -> None:
    in_rows = {(group.code, metric.name) for group in GROUPS for metric in group.metrics}
    for component in read_index_rules()[1].components:
        for metric in component.metrics:
            assert metric in LISTED or (component.group, metric) in in_rows, metric


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_rule_has_its_texts(language: str) -> None:
    use_language(language, strict=True)
    keys = {
        f"index.{part}"
        for rules in read_index_rules()
        for each in rules.components
        for part in (
            f"component.{each.code}",
            f"group.{each.group}",
            f"count.{each.numerator}",
            f"count.{each.denominator}",
            f"source.{each.source}",
        )
    }
    keys |= {f"index.missing.{reason}" for reason in Reason}
    keys |= {f"index.standing.{standing}" for standing in Standing}
    keys |= {f"index.verdict.{verdict}" for verdict in Verdict}
    assert [key for key in sorted(keys) if not has_text(key)] == []
