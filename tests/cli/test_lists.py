import pytest

from tests.cli.conftest import Office, doisoat


def test_runs_are_listed_newest_first_with_every_field(office: Office) -> None:
    listed = office.do("runs", "--json").json
    ids = [item["id"] for item in listed["items"]]
    assert ids == sorted(ids, reverse=True)
    assert listed["total"] >= 2
    wanted = "id source trigger by reason stage state started_at ended_at counts error"
    assert set(wanted.split()) <= listed["items"][0].keys()


def test_runs_may_be_those_of_one_source_and_cut_short(office: Office) -> None:
    listed = office.do("runs", "--source", "cong", "--limit", "1", "--json").json
    assert {item["source"] for item in listed["items"]} == {"cong"}
    assert len(listed["items"]) == 1


def test_quarantine_tells_reasons_as_sentences_and_keeps_no_personal_data(office: Office) -> None:
    listed = office.do("quarantine", "--json").json
    # Six records, and the unit that one of them names in the province's own statistics.
    assert listed["total"] == len(listed["items"]) == 7
    assert {"id", "source", "run", "at", "reason", "raw"} <= listed["items"][0].keys()
    reasons = {item["reason"].split(":")[0] for item in listed["items"]}
    assert "Hồ sơ không có mã" in reasons
    shown = office.do("quarantine").out
    assert "Tổng số: 7 bản ghi." in shown


def test_discrepancies_are_those_of_the_reconciliation_with_their_life(office: Office) -> None:
    listed = office.do("discrepancies", "--limit", "1000", "--json").json
    planted = {each["dossier"] for each in office.truth["discrepancies"]}
    assert {item["dossier"] for item in listed["items"]} == planted
    assert {item["state"] for item in listed["items"]} == {"open"}
    wanted = {"opened_at", "last_seen_at", "closed_at", "state", "note", "fields", "flags"}
    assert wanted <= listed["items"][0].keys()


def test_discrepancies_are_chosen_by_unit_cause_and_state(office: Office) -> None:
    listed = office.do(
        "discrepancies", "--unit", "mỹ tú", "--cause", "status_behind", "--json"
    ).json
    assert listed["total"] > 0
    for item in listed["items"]:
        assert item["cause"] == "STATUS_BEHIND"
        assert "H51.35" in (item["unit"], item["portal_unit"])
    assert office.do("discrepancies", "--state", "closed", "--json").json["total"] == 0
    assert "Không có hồ sơ chênh lệch nào." in office.do("discrepancies", "--state", "closed").out


def test_a_discrepancy_is_taken_on_by_its_number(office: Office) -> None:
    number = str(office.do("discrepancies", "--limit", "1", "--json").json["items"][0]["id"])
    done = office.do(
        "discrepancies", "acknowledge", number, "--by", "ca trực", "--note", "đã gọi", "--json"
    )
    assert (done.json["acknowledged_by"], done.json["note"]) == ("ca trực", "đã gọi")
    said = office.do("discrepancies", "acknowledge", number, "--by", "ca đêm").out
    assert f"chênh lệch của hồ sơ {done.json['dossier']} do ca đêm xử lý" in said
    unknown = office.do("discrepancies", "acknowledge", "999999")
    assert unknown.code == 1
    assert "Không có chênh lệch số 999999" in unknown.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["discrepancies", "--cause", "X"], "STATUS_BEHIND"),
        (["discrepancies", "--state", "mở"], "open, closed, all"),
        (["runs", "--limit", "0"], "--limit"),
    ],
)
def test_a_wrong_choice_names_what_is_allowed(
    office: Office, arguments: list[str], says: str
) -> None:
    done = office.do(*arguments)
    assert done.code == 2
    assert says in done.err


def test_a_source_nobody_configured_is_named(office: Office) -> None:
    done = office.do("quarantine", "--source", "bo")
    assert done.code == 1
    assert '"bo"' in done.err


def test_before_the_first_pull_each_command_says_what_to_do(
    office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("fresh")
    for name in ("doisoat.toml", "password"):
        (folder / name).write_text((office.folder / name).read_text("utf-8"), encoding="utf-8")
    for arguments in (["reconcile"], ["explain", "H51.12"]):
        done = doisoat(folder, *arguments)
        assert done.code == 1
        assert "doisoat sync --wait" in done.err
    assert doisoat(folder, "runs", "--json").json == {"total": 0, "items": []}
    assert "doisoat sync --wait" in doisoat(folder, "runs").out
