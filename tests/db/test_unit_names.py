"""The inbox of unknown names, what is decided about them, and what is read by it."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.decision import UnitAlias
from models.dossier import DossierRecord, RecordVerdict
from models.source import PublishedCount, Quarantine
from models.types import Period, Progress, Reading, SourceRecord, Status, UnitLevel, Unreadable
from tests.places import AS_OF, JULY
from tests.stores import rows_of
from tests.upstreams import DAY, Lists, code_of, desk_of, late, on_portal, told
from tests.works import EVERYTHING, Works, causes, judged
from worker.core.units import Unit, UnitDirectory
from worker.db import unit_names
from worker.db.unit_names import UnknownName
from worker.ports import Published, PublishedUnit
from worker.stages.read_again import ReadAgain, ReadResult, read_again
from worker.stages.read_published import ReadPublished, read_published

NAME = "Bộ phận Số hóa"
UNITS = (
    Unit(code="H99", name="Tỉnh Mẫu", short_name="Mẫu", level=UnitLevel.PROVINCE),
    Unit(
        code="H99.01",
        name="Sở Thử Nghiệm",
        short_name="Sở TN",
        level=UnitLevel.DEPARTMENT,
        parent="H99",
    ),
    Unit(code="H99.02", name="Sở Ví Dụ", short_name="", level=UnitLevel.DEPARTMENT, parent="H99"),
)


@pytest.fixture
def works(engine: Engine) -> Works:
    return Works(engine, UnitDirectory(UNITS))


def unknown(number: int, name: str | None = NAME, **more: object) -> SourceRecord:
    return late(number, **({"unit_code": None, "unit_name": name} | more))


def inbox(works: Works) -> list[UnknownName]:
    with Session(works.engine) as session:
        return unit_names.unknown_names(session)


def decide(works: Works, name: str = NAME, unit: str = "H99.01") -> None:
    with Session(works.engine) as session, session.begin():
        unit_names.assign(session, name, unit, by="ca trực", reason="đã hỏi", at=works.now)
        session.flush()
        works.directory = UnitDirectory(UNITS, unit_names.aliases(session))


def again(works: Works, is_alive: Callable[[str], bool | None] = lambda _: False) -> ReadResult:
    task = ReadAgain(
        engine=works.engine,
        directory=works.directory,
        judge=lambda _rule: judged,
        clock=lambda: works.now,
        is_alive=is_alive,
    )
    return read_again(task)


def pull(works: Works, rows: Sequence[Reading]) -> None:
    works.pull(Lists(rows))


def test_the_inbox_gathers_spellings_of_a_name_over_sources(works: Works) -> None:
    pull(works, [unknown(1), unknown(2, "BỘ PHẬN  SỐ HOÁ"), unknown(3, "Nơi khác"), told(4)])
    works.now += timedelta(hours=2)
    works.look_up(desk_of([on_portal(told(4), unit_code=None, unit_name=NAME)]))
    first, second = inbox(works)
    assert (first.name, first.count, first.sources) == (NAME, 3, {"tinh", "cong"})
    assert (first.first_at, first.last_at) == (AS_OF, AS_OF + timedelta(hours=2))
    assert (second.name, second.count, second.sources) == ("Nơi khác", 1, {"tinh"})


def test_a_code_nobody_listed_stands_beside_the_name_or_in_its_place(works: Works) -> None:
    strange = unknown(1, unit_code="H12.01")
    codes_only = [unknown(2, None, unit_code="H12.77"), unknown(3, None, unit_code="H12.77")]
    pull(works, [strange, *codes_only])
    by_code, by_name = inbox(works)
    assert (by_code.name, by_code.codes, by_code.count) == ("H12.77", {"H12.77"}, 2)
    assert (by_name.name, by_name.codes) == (NAME, {"H12.01"})
    decide(works, "H12.77")
    assert again(works).records == 2


def test_only_what_is_open_for_a_units_sake_is_in_the_inbox(works: Works) -> None:
    other = Unreadable(reason="code_missing", detail="", raw="{}", external_id="9")
    nameless = Unreadable(reason="unit_unknown", detail="", raw='{"row": 1}', external_id="8")
    pull(works, [unknown(1), other, nameless])
    assert [each.name for each in inbox(works)] == [NAME]
    works.now += DAY
    pull(works, [late(1), other, nameless])
    assert inbox(works) == []


def test_a_decision_reads_the_records_that_waited_as_if_they_had_been_read_then(
    works: Works,
) -> None:
    pull(works, [unknown(1), unknown(2), told(3)])
    assert {each.external_id for each in rows_of(works.engine, DossierRecord)} == {"3"}
    works.now += DAY
    decide(works)
    assert again(works) == ReadResult(records=2)
    rows = {each.external_id: each for each in rows_of(works.engine, DossierRecord)}
    assert {rows[key].unit for key in ("1", "2")} == {"H99.01"}
    assert rows["1"].changed_run == rows["3"].changed_run
    assert rows["1"].observed_at == works.now
    assert len(rows_of(works.engine, RecordVerdict)) == 2 * len(rows)
    assert inbox(works) == []
    assert {each.solved_at for each in rows_of(works.engine, Quarantine)} == {works.now}
    (row,) = rows_of(works.engine, UnitAlias)
    assert (row.name, row.unit, row.by, row.reason) == (NAME, "H99.01", "ca trực", "đã hỏi")
    assert (row.at, row.applied_at) == (works.now, works.now)


def test_what_was_read_again_is_what_the_next_reading_brings(works: Works) -> None:
    home = [unknown(1), told(2)]
    pull(works, home)
    decide(works)
    again(works)
    before = rows_of(works.engine, DossierRecord)
    pull(works, home)
    assert rows_of(works.engine, DossierRecord) == before


def test_a_portal_record_read_again_is_compared_at_once(works: Works) -> None:
    pull(works, [told(1)])
    events = (Progress(AS_OF - 20 * DAY, Status.RECEIVED),)
    behind = on_portal(late(1), unit_code=None, unit_name=NAME, events=events)
    works.look_up(desk_of([behind]), appetite=EVERYTHING)
    assert works.reconcile(by_hand=True)["totals"]["presumed"] == 1
    decide(works)
    works.now += DAY
    again(works)
    report = works.reconcile()
    assert report["totals"]["presumed"] == 0
    assert causes(report) == {code_of(1): "STATUS_BEHIND"}


def test_a_record_of_which_too_little_was_kept_waits_for_a_full_reading(works: Works) -> None:
    events = tuple(Progress(AS_OF - number * DAY, Status.IN_PROCESS) for number in range(300))
    long = unknown(1, events=events)
    pull(works, [long, unknown(2)])
    decide(works)
    assert again(works) == ReadResult(records=1, incomplete=1)
    (left,) = inbox(works)
    assert (left.name, left.count) == (NAME, 1)
    assert rows_of(works.engine, UnitAlias)[0].applied_at is None
    pull(works, [long, unknown(2)])
    assert inbox(works) == []
    assert again(works) == ReadResult()
    assert rows_of(works.engine, UnitAlias)[0].applied_at == works.now


class Figures:
    """A PublishedSource with one unit under a name."""

    def check(self) -> None:
        """Nothing to check."""

    def close(self) -> None:
        """Nothing to close."""

    def published(self, period: Period) -> Published:
        unit = PublishedUnit(
            code=None, name=NAME, received=9, on_time=8, late=1, completed=8, resolved_late=None
        )
        return Published(period, None, (unit,))


def test_published_counts_under_the_name_come_with_the_next_reading(works: Works) -> None:
    def read() -> None:
        read_published(
            ReadPublished(
                engine=works.engine,
                source=Figures(),
                directory=works.directory,
                clock=lambda: works.now,
                progress=lambda _done, _total: None,
                periods=(JULY,),
            ),
            works.claim(works.portal_id, "look_up"),
        )

    read()
    assert [each.sources for each in inbox(works)] == [{"cong"}]
    decide(works)
    assert again(works) == ReadResult(to_come=1)
    assert inbox(works) == []
    read()
    assert [(each.unit, each.late) for each in rows_of(works.engine, PublishedCount)] == [
        ("H99.01", 1)
    ]


def test_a_source_that_is_being_read_is_left_alone(works: Works) -> None:
    pull(works, [unknown(1)])
    works.claim(works.province_id, "pull")
    decide(works)
    assert again(works, is_alive=lambda _: True) == ReadResult(busy=["tinh"])
    assert rows_of(works.engine, DossierRecord) == []
    assert rows_of(works.engine, UnitAlias)[0].applied_at is None
    assert again(works) == ReadResult(records=1)


def test_a_unit_that_came_into_the_folder_is_read_by_as_well(works: Works) -> None:
    pull(works, [unknown(1)])
    listed = Unit(
        code="H99.03", name=NAME, short_name=NAME, level=UnitLevel.DEPARTMENT, parent="H99"
    )
    works.directory = UnitDirectory((*UNITS, listed))
    assert again(works).records == 1
    assert rows_of(works.engine, DossierRecord)[0].unit == "H99.03"


def test_many_rows_are_read_portion_by_portion(works: Works) -> None:
    pull(works, [unknown(number) for number in range(1, 1203)])
    assert inbox(works)[0].count == 1202
    decide(works)
    assert again(works).records == 1202
    assert inbox(works) == []


def test_a_later_decision_replaces_the_earlier_and_can_be_taken_back(works: Works) -> None:
    decide(works)
    works.now += DAY
    decide(works, "BỘ PHẬN SỐ HOÁ", "H99.02")
    (row,) = rows_of(works.engine, UnitAlias)
    assert (row.name, row.unit, row.at) == ("BỘ PHẬN SỐ HOÁ", "H99.02", works.now)
    with Session(works.engine) as session:
        assert unit_names.aliases(session) == {row.key: "H99.02"}
        assert [each.unit for each in unit_names.decided(session)] == ["H99.02"]
    with Session(works.engine) as session, session.begin():
        assert unit_names.forget(session, NAME) is not None
        assert unit_names.forget(session, NAME) is None
    assert rows_of(works.engine, UnitAlias) == []


def test_a_name_with_a_telephone_number_is_decided_as_it_was_kept(works: Works) -> None:
    told_name = "Bộ phận Số hóa (ĐT: 0912 345 678)"
    pull(works, [unknown(1, told_name)])
    (name,) = inbox(works)
    assert "0912" not in name.name
    decide(works, name.name)
    assert again(works).incomplete == 1
    pull(works, [unknown(1, told_name)])
    assert rows_of(works.engine, DossierRecord)[0].unit == "H99.01"


def test_the_instants_of_the_inbox_are_aware_and_in_utc(works: Works) -> None:
    pull(works, [unknown(1)])
    (name,) = inbox(works)
    assert (name.first_at.utcoffset(), name.last_at.utcoffset()) == (timedelta(), timedelta())
