"""``/index`` and its API: the same as the command tells, and out of date never."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from sqlmodel import Session, select

from models.figure import PublishedFigure
from models.roles import Role
from tests.console.conftest import Console
from tests.console.offices import UNIT
from tests.console.people import signed_in
from tests.places import JULY
from worker.bootstrap import services
from worker.console.plain import plain
from worker.core.index.assembly import amount_of
from worker.core.index.comparison import worst_first
from worker.core.index.evaluation import Evaluation
from worker.core.index.rules import TOTAL
from worker.core.index.side_by_side import SideBySide
from worker.i18n.numbers import number
from worker.journey.indexing import MOST_KEPT, evaluating, kept_evaluation
from worker.render.index_items import index_item, units_item
from worker.stages.evaluate import evaluate, known_periods


def evaluated(console: Console) -> Evaluation:
    with services(console.settings) as found:
        return evaluate(evaluating(found, JULY, found.clock()))


def test_the_table_shows_what_the_portal_published_of_every_unit(office: Console) -> None:
    known = evaluated(office)
    assert known.units
    with signed_in(office, Role.VIEWER) as person:
        page = person.get("/index").text
        assert "tháng 7/2024" in page
        assert "tạm thời" in page
        for each in (known.province, *known.units):
            assert f'href="/index/units/{each.unit}?month=2024-07"' in page
            score = amount_of(each.published.get(TOTAL))
            assert score is None or f"{number(score)}/100" in page


def test_a_column_sorts_the_worst_unit_first_and_turns_around(office: Console) -> None:
    known = evaluated(office)
    first = [each for each in known.units if each.level is known.units[0].level]
    amounts = {each.unit: amount_of(each.counted.get("2.1")) for each in first}
    told = {unit: amount for unit, amount in amounts.items() if amount is not None}
    assert len(set(told.values())) > 1
    with signed_in(office, Role.VIEWER) as person:
        page = person.get("/index", way="counted", sort="2.1").text
        order = [each for each in re.findall(r"/index/units/([\w.]+)\?", page) if each in told]
        assert order == worst_first(dict(told))
        page = person.get("/index", way="counted", sort="2.1", dir="desc").text
        order = [each for each in re.findall(r"/index/units/([\w.]+)\?", page) if each in told]
        assert order == worst_first(dict(told))[::-1]


def test_a_group_shows_its_components_and_what_is_asked_wrongly_is_not_asked(
    office: Console,
) -> None:
    with signed_in(office, Role.VIEWER) as person:
        page = person.get("/index", group="MDSH", way="counted").text
        assert "Tỷ lệ hồ sơ thực hiện số hóa" in page
        assert "Tỷ lệ hồ sơ nộp trực tuyến" not in page
        assert person.get("/index", group="x", way="y", sort="z").status_code == 200
        assert person.get("/index", month="2024-13").status_code == 409
        later = person.get("/index", month="2030-01")
        assert later.status_code == 409
        assert "chưa bắt đầu" in later.text


def test_one_unit_and_the_api_tell_what_the_command_tells(office: Console) -> None:
    with services(office.settings) as found:
        task = evaluating(found, JULY, found.clock())
        bases = [evaluate(replace(task, period=each)) for each in known_periods(task)]
        table = SideBySide(evaluate(task), bases, found.directory)
        whole = table.of("H99")
        assert whole is not None
        item = plain(index_item(table, whole))
        units = plain(units_item(table, "2.1", table.by("2.1")))
    with signed_in(office, Role.VIEWER) as person:
        told = person.call("GET", "/api/v1/index?month=2024-07").json()
        assert told == item
        assert told["as_of"] == "2024-07-24T16:00:00+07:00"
        assert person.call("GET", "/api/v1/index/units?code=2.1").json() == units
        page = person.get("/index/units/H99").text
        rate = next(each for each in item["components"] if each["code"] == "2.1")
        assert f"{number(Decimal(rate['own']['portal']['ratio']))} %" in page
        assert "2.1 Tỷ lệ hồ sơ xử lý trước hạn, đúng hạn" in page
        assert person.get("/index/units/H99.99").status_code == 404
        assert person.call("GET", "/api/v1/index?unit=x").status_code == 404
        assert person.call("GET", "/api/v1/index/units?code=9.9").status_code == 404
        assert person.call("GET", "/api/v1/index?compare=2024-08").status_code == 409


def test_the_heat_map_says_every_value_in_its_cell(office: Console) -> None:
    known = evaluated(office)
    with signed_in(office, Role.VIEWER) as person:
        page = person.get("/index/months", code="2.1", way="counted").text
        for each in known.units:
            amount = amount_of(each.counted.get("2.1"))
            assert amount is None or f"{number(amount)} %" in page
        steps = set(re.findall(r"heat-(\d)", page))
        assert {"0", "6"} <= steps
        assert (
            "Chưa có số liệu nào của chỉ số này"
            in person.get("/index/months", code="TONG", way="counted").text
        )


def test_a_newer_figure_of_the_portal_is_seen_at_once(office: Console) -> None:
    with signed_in(office, Role.VIEWER) as person:
        assert "12,34/100" not in person.get("/index").text
        with services(office.settings) as found, Session(found.engine) as session, session.begin():
            query = select(PublishedFigure).where(
                PublishedFigure.unit == "",
                PublishedFigure.group == "",
                PublishedFigure.score != None,  # noqa: E711 - as SQL has it
            )
            for each in session.exec(query).all():
                told = each.model_dump(exclude={"id"}) | {"score": "12.34"}
                session.add(PublishedFigure(**told))
        assert "12,34/100" in person.get("/index").text


def test_an_evaluation_is_made_once_for_as_long_as_nothing_changes(office: Console) -> None:
    with services(office.settings) as found:
        first = kept_evaluation(found, JULY)
        assert kept_evaluation(found, JULY) is first
        assert first == evaluate(evaluating(found, JULY, found.clock()))
    assert MOST_KEPT >= 12


def publish_totals(console: Console, scores: Mapping[str, str]) -> None:
    """The portal publishes a total of each of these units."""
    with services(console.settings) as found, Session(found.engine) as session, session.begin():
        query = select(PublishedFigure).where(
            PublishedFigure.unit == "",
            PublishedFigure.group == "",
            PublishedFigure.score != None,  # noqa: E711 - as SQL has it
        )
        told = session.exec(query.limit(1)).one().model_dump(exclude={"id"})
        for unit, score in scores.items():
            session.add(PublishedFigure(**(told | {"unit": unit, "score": score})))


def test_who_sees_one_unit_is_led_to_its_page_and_finds_all_that_is_told_of_it(
    office: Console,
) -> None:
    publish_totals(office, {"H99.01": "61.5", "H99.02": "72.5", "H99.03": "83.5"})
    with signed_in(office, Role.VIEWER, "xem-het") as person:
        whole = person.call("GET", f"/api/v1/index?month=2024-07&unit={UNIT}").json()
        ranked = person.call("GET", "/api/v1/index/units?month=2024-07&code=2.1").json()
    with signed_in(office, Role.VIEWER, "can-bo", [UNIT]) as officer:
        led = officer.get("/index", month="2024-07")
        assert led.headers["location"] == f"/index/units/{UNIT}?month=2024-07"
        assert officer.call("GET", "/api/v1/index?month=2024-07").json() == whole
        own = officer.call("GET", "/api/v1/index/units?month=2024-07&code=2.1").json()
        assert own["items"] == [each for each in ranked["items"] if each["unit"] == UNIT]
        assert own["total"] == 1
        page = officer.get(f"/index/units/{UNIT}", month="2024-07").text
        assert "<strong>3/3</strong>" in page
        assert "61,5/100" in page
        assert "72,5" not in page
        assert "Đơn vị của tôi" in page
        assert 'href="/index?month=2024-07"' not in page
        assert f"/reports?month=2024-07&amp;unit={UNIT}" in page


def test_who_sees_two_units_finds_a_table_of_those_without_the_province(office: Console) -> None:
    publish_totals(office, {"H99.01": "61.5", "H99.02": "72.5", "H99.03": "83.5"})
    seen = ["H99.01", "H99.31"]
    with signed_in(office, Role.VIEWER, "hai-don-vi", seen) as person:
        table = person.get("/index", month="2024-07").text
        rows = re.findall(r'<th scope="row"><a href="/index/units/([\w.]+)\?', table)
        assert sorted(rows) == seen
        assert 'class="total"' not in table
        assert '<td class="number">3/3</td>' in table
        assert "61,5/100" in table
        assert "72,5" not in table
        heat = person.get("/index/months", code="2.1", way="counted").text
        assert re.findall(r'<th scope="row"><a href="/index/units/([\w.]+)"', heat) == seen
        assert "Đơn vị của tôi" not in heat
        reports = person.get("/reports").text
        chosen = re.search(r'<select id="unit".*?</select>', reports)
        assert chosen is not None
        assert re.findall(r'value="([\w.]*)"', chosen[0]) == seen
        first = person.get("/reports/file", month="2024-07", form="csv")
        assert f"doisoat-{UNIT}-2024-07" in first.headers["content-disposition"]


def test_the_heat_of_an_own_unit_is_that_of_its_values_alone(office: Console) -> None:
    with signed_in(office, Role.VIEWER, "can-bo", [UNIT]) as officer:
        page = officer.get("/index/months", code="2.1", way="counted").text
        shown = re.findall(r'<td class="number[^"]*">(.*?)</td>', page)
        own = next(each for each in evaluated(office).units if each.unit == UNIT)
        amount = amount_of(own.counted["2.1"])
        assert amount is not None
        assert shown[-1].endswith(f"{number(amount)} %")
        # One value alone has no ends that colours would stand for.
        assert "Màu theo giá trị" not in page
