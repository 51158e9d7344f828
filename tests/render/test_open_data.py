"""Files of the open data: text that no spreadsheet runs, and figures that move sort and stay."""

import csv
from datetime import date, datetime

from models.types import CauseKind, Period
from worker.core.open_data import OpenCorrection, OpenPeriod, Publisher, State, data_sets
from worker.core.statement import Account, Frozen, Grounds, Line, Statement, Told
from worker.core.times import VIETNAM
from worker.render.open_data.files import publication

AS_OF = datetime(2024, 7, 24, 16, tzinfo=VIETNAM)
PUBLISHER = Publisher("H51", "Sóc Trăng", {"H51.01": "=HYPERLINK(1)", "H51.02": "Sở <b>Mẫu</b>"})


def account(unit: str, home: int, portal: int) -> Account:
    return Account(
        unit=unit,
        lines=(
            Line("late_province", home),
            Line("late_province_by_portal_rule", home),
            Line("STATUS_BEHIND", portal - home, CauseKind.DATA),
            Line("late_portal", portal),
            Line("unexplained", None),
            Line("late_published", None),
        ),
        received=10,
        on_portal=9,
        presumed=0,
    )


def month(*further: Told, corrections: tuple[OpenCorrection, ...] = ()) -> OpenPeriod:
    statement = Statement(
        unit="",
        period=Period(date(2024, 7, 1), date(2024, 7, 31)),
        as_of=AS_OF,
        complete=True,
        grounds=Grounds(
            province="tinh",
            portal="cong",
            province_rule="opencps_month",
            portal_rule="portal",
            settings="x",
        ),
        reconciliation="y",
        accounts=(account("", 3, 5), account("H51.01", 1, 4), account("H51.02", 2, 1)),
    )
    return OpenPeriod(
        state=State.CLOSED,
        figures=Frozen(statement, further),
        digest="z",
        corrections=corrections,
    )


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(content.decode("utf-8-sig").splitlines()))


def test_a_name_that_looks_like_a_formula_is_text() -> None:
    files = publication([month()], PUBLISHER)
    names = [row[1] for row in rows(files["data/2024-07/late.csv"])[1:]]
    assert names == ["Sóc Trăng", "'=HYPERLINK(1)", "Sở <b>Mẫu</b>"]
    assert "Sở &lt;b&gt;Mẫu&lt;/b&gt;" in files["index.html"].decode()


def test_what_is_not_published_is_empty_and_not_nought() -> None:
    files = publication([month()], PUBLISHER)
    head, province, *_ = rows(files["data/2024-07/late.csv"])
    assert dict(zip(head, province, strict=True))["late_published"] == ""
    assert b'"late_published": null' in files["data/2024-07/late.json"]


def test_only_rates_counted_from_dossiers_are_among_the_indicators() -> None:
    rate = Told("H51.01", "ON_TIME.portal", {"numerator": 6, "denominator": 10, "untold": 1})
    other = Told("H51.01", "published.CKMB.SCORE", {"score": "9.3"})
    (found,) = (each for each in data_sets(month(rate, other), PUBLISHER) if "side" in each.columns)
    assert found.rows == (("H51.01", "=HYPERLINK(1)", "ON_TIME", "portal", 6, 10, 1),)


def test_the_least_on_time_come_first_and_units_without_dossiers_last() -> None:
    counts = (
        Told("H51.01", "late_portal.resolved_on_time", 6),
        Told("H51.01", "late_portal.resolved_late", 4),
        Told("", "late_portal.resolved_on_time", 6),
    )
    page = publication([month(*counts)], PUBLISHER)["index.html"].decode()
    places = [page.index(f'<th scope="row">{name}') for name in ("Sóc Trăng", "=HYPER", "Sở &lt;")]
    assert places == sorted(places)
    assert "Không có hồ sơ" in page
    assert "60 %" in page


def test_a_correction_is_told_beside_what_was_closed() -> None:
    changed = OpenCorrection(AS_OF, "H51.01", "late_portal", "4", "3")
    files = publication([month(corrections=(changed,))], PUBLISHER)
    assert rows(files["data/2024-07/corrections.csv"])[1][1:] == [
        "H51.01",
        "'=HYPERLINK(1)",
        "late_portal",
        "4",
        "3",
    ]
    assert "1 đính chính" in files["index.html"].decode()


def test_files_that_name_others_come_last() -> None:
    assert list(publication([month()], PUBLISHER))[-2:] == ["data/index.json", "index.html"]
