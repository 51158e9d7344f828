"""What the catalogue says of the publication of procedures, over the portal's adapter."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sources.catalogue_adapter import (
    CODE,
    Adapter,
    answer,
    json_values,
    listening,
    procedure,
    unless_refused,
)
from tests.sources.test_portal import CONFIG
from worker.core.publication import ALL_PARTS, Part
from worker.errors import UpstreamContractError, UpstreamUnavailable
from worker.ports import ToldDecision
from worker.sources.adapter import PortalAdapter
from worker.sources.http import ClientPolicy
from worker.sources.portal_catalogue import PortalCatalogue

KEY = "7001"


@pytest.fixture
def adapter() -> Iterator[Adapter]:
    with listening() as adapter:
        yield adapter


@pytest.fixture
def source(policy: ClientPolicy, adapter: Adapter) -> Iterator[PortalCatalogue]:
    assert adapter.logins == 0
    source = PortalCatalogue(PortalAdapter(CONFIG, policy))
    yield source
    source.close()


FULL: dict[str, object] = {
    "TRINHTUTHUCHIEN": [{"TRUONGHOP": "", "TRINHTU": [{"TENTRINHTU": "Nộp hồ sơ"}]}],
    "CACHTHUCTHUCHIEN": [{"KENH": "1", "THOIGIAN": [{"THOIGIANGIAIQUYET": 5, "MOTA": ""}]}],
    "THANHPHANHOSO": [{"TRUONGHOP": "", "GIAYTO": [{"TENGIAYTO": "Tờ khai"}]}],
    "DOITUONGTHUCHIEN": [{"TENDOITUONG": "Công dân"}],
    "COQUANTHUCHIEN": [{"TENDONVI": "Sở Mẫu"}],
    "IDQUYETDINHCONGBO": 7001,
}


def test_a_procedure_tells_its_parts_and_the_decision_that_announces_it(
    source: PortalCatalogue, adapter: Adapter
) -> None:
    adapter.answers = [answer(procedure(**FULL))]
    told = source.limit(CODE)
    assert told is not None
    assert (told.parts, told.decision) == (ALL_PARTS, KEY)


@pytest.mark.parametrize(
    ("field", "value", "part"),
    [
        ("TENTTHC", " ", Part.NAME),
        ("TRINHTUTHUCHIEN", [], Part.STEPS),
        ("TRINHTUTHUCHIEN", [{"TRUONGHOP": "Mẫu", "TRINHTU": [{"TENTRINHTU": ""}]}], Part.STEPS),
        ("THANHPHANHOSO", [{"TRUONGHOP": "Mẫu", "GIAYTO": None}], Part.PAPERS),
        ("DOITUONGTHUCHIEN", None, Part.APPLICANTS),
        ("COQUANTHUCHIEN", [{"TENDONVI": True}], Part.AGENCY),
        ("CACHTHUCTHUCHIEN", [{"KENH": "2", "THOIGIAN": []}], Part.TIME_LIMIT),
        ("CACHTHUCTHUCHIEN", [], Part.WAYS | Part.TIME_LIMIT),
    ],
)
def test_a_part_without_a_word_in_it_is_missing(
    source: PortalCatalogue, adapter: Adapter, field: str, value: object, part: Part
) -> None:
    adapter.answers = [answer(procedure(**(FULL | {field: value})))]
    told = source.limit(CODE)
    assert told is not None
    assert told.parts == ALL_PARTS & ~part


@pytest.mark.parametrize("field", ["TRINHTUTHUCHIEN", "THANHPHANHOSO", "COQUANTHUCHIEN"])
def test_a_part_the_answer_is_silent_about_leaves_the_parts_untold(
    source: PortalCatalogue, adapter: Adapter, field: str
) -> None:
    row = procedure(**{name: value for name, value in FULL.items() if name != field})
    adapter.answers = [answer(row)]
    told = source.limit(CODE)
    assert told is not None
    assert told.parts is None


def test_words_in_the_place_of_a_list_are_words(source: PortalCatalogue, adapter: Adapter) -> None:
    in_words = {
        "TRINHTUTHUCHIEN": "Bước 1: nộp hồ sơ",
        "THANHPHANHOSO": {"GIAYTO": {"MAGIAYTO": "G1"}},
        "MOTADOITUONGTHUCHIEN": "Mọi công dân",
        "DOITUONGTHUCHIEN": [],
    }
    adapter.answers = [answer(procedure(**(FULL | in_words)))]
    told = source.limit(CODE)
    assert told is not None
    assert told.parts == ALL_PARTS


@pytest.mark.parametrize("key", [None, "", " ", [], {}, True, "7" * 65])
def test_a_procedure_may_name_no_decision(
    source: PortalCatalogue, adapter: Adapter, key: object
) -> None:
    adapter.answers = [answer(procedure(**(FULL | {"IDQUYETDINHCONGBO": key})))]
    told = source.limit(CODE)
    assert told is not None
    assert told.decision is None


def decided(**told: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "ID": KEY,
        "SOQUYETDINH": "12/QĐ-UBND",
        "NGAYQUYETDINH": "01/07/2024",
        "NGAYHIEULUC": "15/07/2024",
        "NGAYCONGKHAI": "02/07/2024",
    }
    return usual | told


def test_a_decision_is_asked_for_by_the_catalogues_own_number(
    source: PortalCatalogue, adapter: Adapter
) -> None:
    adapter.answers = [answer(decided(ID=7001, NGUOIKY="Không ai"))]
    assert source.decision(KEY) == ToldDecision(
        number="12/QĐ-UBND",
        decided_on=date(2024, 7, 1),
        effective_on=date(2024, 7, 15),
        public_on=date(2024, 7, 2),
        by_ministry=False,
    )
    assert (adapter.asked[0]["service"], adapter.asked[0]["idQDCB"]) == ("LayQDCB", KEY)


@pytest.mark.parametrize(
    "written",
    [
        "01/07/2024",
        "01/07/2024 08:30",
        "2024-07-01",
        "2024-07-01T23:59:59.000",
        "2024-06-30T17:00:00Z",
        "20240701",
        "20240701083000",
        20240701,
    ],
)
def test_a_day_is_read_in_every_form_the_portal_writes(
    source: PortalCatalogue, adapter: Adapter, written: object
) -> None:
    adapter.answers = [answer(decided(NGAYQUYETDINH=None, NGAYBANHANH=written))]
    told = source.decision(KEY)
    assert told is not None
    assert (told.decided_on, told.unreadable) == (date(2024, 7, 1), ())


@pytest.mark.parametrize("written", ["32/07/2024", "01/07/0001", "hôm qua", "01/07/2024 25", 7])
def test_a_day_nobody_can_read_is_told_and_the_rest_of_the_decision_counts(
    source: PortalCatalogue, adapter: Adapter, written: object
) -> None:
    adapter.answers = [answer(decided(NGAYHIEULUC=written))]
    told = source.decision(KEY)
    assert told is not None
    assert (told.effective_on, told.decided_on) == (None, date(2024, 7, 1))
    assert [each.split(":")[0] for each in told.unreadable] == ["NGAYHIEULUC"]


def test_silence_about_a_decision_is_kept_as_silence(
    source: PortalCatalogue, adapter: Adapter
) -> None:
    adapter.answers = [answer({}), answer()]
    assert source.decision(KEY) == ToldDecision(number=KEY)
    assert source.decision(KEY) is None


def test_whose_decision_it_is_may_be_told_by_its_agency(
    source: PortalCatalogue, adapter: Adapter
) -> None:
    adapter.answers = [answer(decided(SOQUYETDINH="9/QĐ-NHNN", MACOQUANCONGBO="000.00.00.G25"))]
    told = source.decision(KEY)
    assert told is not None
    assert told.by_ministry is True


@pytest.mark.parametrize(
    "rows", [[decided(ID="7002")], [{}, {}], [decided(ID="7002"), decided(ID="7003")], [{}] * 21]
)
def test_another_decision_is_refused_once(
    source: PortalCatalogue, adapter: Adapter, rows: list[object]
) -> None:
    adapter.answers = [answer(*rows)]
    with pytest.raises(UpstreamContractError):
        source.decision(KEY)
    assert len(adapter.asked) == 1


def test_an_adapter_without_the_service_gives_no_answer(
    source: PortalCatalogue, adapter: Adapter
) -> None:
    adapter.answers = [answer(code=-2)]
    with pytest.raises(UpstreamUnavailable):
        source.decision(KEY)


FIELDS = ("TENTTHC", "TRINHTUTHUCHIEN", "THANHPHANHOSO", "COQUANTHUCHIEN", "IDQUYETDINHCONGBO")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.dictionaries(st.sampled_from(FIELDS), json_values))
def test_whatever_the_parts_are_they_are_told_or_not(
    adapter: Adapter, source: PortalCatalogue, fields: dict[str, object]
) -> None:
    adapter.answers = [answer(procedure(**(FULL | fields)))]
    told = source.limit(CODE)
    assert told is not None
    assert told.parts is not None
    assert 0 <= told.parts <= ALL_PARTS
    assert told.decision is None or told.decision.isprintable()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["ID", "SOQUYETDINH", "NGAYQUYETDINH", "NGAYHIEULUC", "MACOQUANCONGBO"]),
        json_values,
    )
)
def test_whatever_a_decision_is_the_answer_is_one_or_an_error_of_ours(
    adapter: Adapter, source: PortalCatalogue, fields: dict[str, object]
) -> None:
    adapter.answers = [answer(decided(**fields))]
    told = unless_refused(lambda: source.decision(KEY))
    assert told is None or (told.number and told.number.isprintable())
