"""``[schedule.<name>]`` and watched folders: what there is, what can be said, what is refused."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from worker.core.schedule import AtTimes, ClosedMonth, Days, Every, Job, Office, Work, next_slot
from worker.errors import SettingsError
from worker.i18n import sentence, use_language
from worker.settings.jobs import jobs_of
from worker.settings.load import load_settings
from worker.settings.model import Settings, WorkbookSettings

PROVINCE = """\
[province]
code = "H51"
name = "Sóc Trăng"
seeds = "soc-trang"
"""
HOME = """
[sources.tinh]
side = "province"
kind = "opencps"
url = "http://127.0.0.1:8101/"
username = "doisoat"
group_id = 35417
every = "10m"
"""
FILES_AT_HOME = """
[sources.tinh]
side = "province"
kind = "workbook"
"""
MINISTRY = """
[sources.dat_dai]
side = "ministry"
kind = "td"
url = "http://127.0.0.1:8103/"
username = "doisoat"
every = "1h"
"""
PORTAL = """
[sources.cong]
side = "portal"
kind = "portal"
adapter_url = "http://127.0.0.1:8102"
madonvi = "H51"
username = "doisoat"
every = "30m"
"""
BASE = PROVINCE + HOME + PORTAL
NOON = datetime(2024, 7, 24, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    use_language("vi", strict=True)


def load(folder: Path, text: str, environment: dict[str, str] | None = None) -> Settings:
    (folder / "doisoat.toml").write_text(text, encoding="utf-8")
    return load_settings(environment=environment or {}, working_folder=folder)


def jobs(folder: Path, text: str, environment: dict[str, str] | None = None) -> dict[str, Job]:
    """The jobs by name and source."""
    found = jobs_of(load(folder, text, environment))
    named = {"/".join(filter(None, (job.name, job.source))): job for job in found}
    assert len(named) == len(found)
    return named


def refused(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(folder, text)
    return sentence(caught.value)


def test_without_a_word_sources_are_pulled_swept_at_night_and_pruned(tmp_path: Path) -> None:
    found = jobs(tmp_path, PROVINCE + HOME + MINISTRY + PORTAL)
    assert {name: job.when for name, job in found.items()} == {
        "sync/tinh": Every(timedelta(minutes=10)),
        "sync/dat_dai": Every(timedelta(hours=1)),
        "nightly/tinh": AtTimes((time(2),)),
        "nightly/dat_dai": AtTimes((time(2),)),
        "prune": AtTimes((time(3, 30),)),
        "review": AtTimes((time(4, 30),)),
        "digest": AtTimes((time(7, 30),)),
    }
    own = {"digest": timedelta(hours=10)}
    assert {name: job.catch_up for name, job in found.items()} == (
        dict.fromkeys(found, timedelta(days=1)) | own
    )


def test_the_daily_mail_is_written_on_working_days_when_the_alerts_say(tmp_path: Path) -> None:
    digest = jobs(tmp_path, BASE + '[alerts]\ndigest_at = "06:45"\n')["digest"]
    assert (digest.when, digest.days.working_only) == (AtTimes((time(6, 45),)), True)
    own = jobs(tmp_path, BASE + '[schedule.digest]\nat = "16:30"\ndays = ["fri"]\n')["digest"]
    assert own.when == AtTimes((time(16, 30),))
    assert own.days.weekdays == {4}


def test_where_nothing_can_be_pulled_the_portal_is_asked_by_itself(tmp_path: Path) -> None:
    found = jobs(tmp_path, PROVINCE + FILES_AT_HOME + PORTAL)
    assert set(found) == {"sync/cong", "prune", "review", "digest"}
    assert found["sync/cong"].when == Every(timedelta(minutes=30))


def test_a_table_of_the_same_name_says_only_what_is_different(tmp_path: Path) -> None:
    text = BASE + '[schedule.nightly]\nevery = "6h"\n[schedule.sync]\nonly = "working_hours"\n'
    found = jobs(tmp_path, text)
    assert (found["nightly/tinh"].work, found["nightly/tinh"].when) == (
        Work.FULL,
        Every(timedelta(hours=6)),
    )
    assert found["sync/tinh"].in_office_hours
    assert found["sync/tinh"].when == Every(timedelta(minutes=10))
    assert not found["nightly/tinh"].in_office_hours


def test_a_job_is_switched_off_and_may_be_wrong_then(tmp_path: Path) -> None:
    text = BASE + '[schedule.prune]\nenabled = false\n[schedule.x]\ndo = "full"\nenabled = false\n'
    assert set(jobs(tmp_path, text)) == {"sync/tinh", "nightly/tinh", "review", "digest"}
    environment = {"DOISOAT_SCHEDULE__NIGHTLY__ENABLED": "false"}
    assert set(jobs(tmp_path, BASE, environment)) == {"sync/tinh", "prune", "review", "digest"}


def test_the_monthly_close_is_as_of_its_cut_off(tmp_path: Path) -> None:
    text = '[schedule.chot]\ndo = "close"\nday = 23\nat = "16:00"\nperiod = "last"\n'
    close = jobs(tmp_path, BASE + text)["chot"]
    assert close == Job(
        name="chot",
        work=Work.CLOSE,
        when=AtTimes((time(16),)),
        days=Days(of_month=23),
        catch_up=timedelta(days=7),
        month=ClosedMonth.LAST,
    )
    assert next_slot(close, NOON, Office()) == datetime(2024, 8, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ('"working"', Days(working_only=True)),
        ('["mon", "Fri"]', Days(weekdays=frozenset({0, 4}))),
        ('"sat, sun"', Days(weekdays=frozenset({5, 6}))),
        ("[]", Days()),
    ],
)
def test_days_are_working_days_or_named(tmp_path: Path, written: str, days: Days) -> None:
    text = BASE + f'[schedule.luu]\ndo = "backup"\nat = [01:00:00, "23:30"]\ndays = {written}\n'
    backup = jobs(tmp_path, text)["luu"]
    assert (backup.days, backup.when) == (days, AtTimes((time(1), time(23, 30))))


def test_a_job_may_be_for_named_sources_only(tmp_path: Path) -> None:
    text = PROVINCE + HOME + MINISTRY + PORTAL
    text += '[schedule.tuan]\ndo = "full"\nat = "04:00"\ndays = ["sun"]\nsources = ["cong"]\n'
    text += 'catch_up = "2h"\n'
    weekly = jobs(tmp_path, text)["tuan/cong"]
    assert (weekly.source, weekly.catch_up) == ("cong", timedelta(hours=2))


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ('[schedule.x]\nat = "02:00"', 'dòng 15: thiếu khóa "schedule.x.do"'),
        ('[schedule.x]\ndo = "dance"', '"schedule.x.do" không hợp lệ; cần một trong: sync, full'),
        ('[schedule.x]\ndo = "full"\natt = 1', 'có phải ý là "at"'),
        ('[schedule.x]\ndo = "full"\nzzz = 1', "các khóa dùng được: at, catch_up, day, days, do"),
        ('[schedule."X y"]\ndo = "full"\nat = "02:00"', "cần tên việc gồm chữ thường"),
        ("[schedule]\nnightly = 3", "cần một nhóm khóa"),
        ('[schedule.x]\ndo = "full"\nat = "25:00"', "cần một hay nhiều giờ trong ngày dạng 02:00"),
        ('[schedule.x]\ndo = "full"\nat = [7]', "cần một hay nhiều giờ trong ngày dạng 02:00"),
        ('[schedule.x]\ndo = "full"\nat = "1:00"\ndays = ["thu hai"]', 'cần "working" (ngày làm'),
        ('[schedule.x]\ndo = "close"\nat = "1:00"\nday = 32', "cần số không lớn hơn 31"),
        ('[schedule.x]\ndo = "full"\nat = "1:00"\ncatch_up = "1m"', "từ 5m đến 31d"),
        ('[schedule.x]\ndo = "full"', '"schedule.x.at" chưa có: hãy đặt giờ chạy'),
        (
            '[schedule.x]\ndo = "full"\nat = "1:00"\nevery = "1h"',
            'dòng 18: "schedule.x.every" không dùng cùng với at',
        ),
        ('[schedule.x]\ndo = "sync"\nday = 3', '"schedule.x.day" cần có giờ chạy đi cùng'),
        (
            '[schedule.x]\ndo = "close"\nat = "1:00"\nday = 3\ndays = "working"',
            "không dùng cùng với days",
        ),
        ('[schedule.x]\ndo = "prune"\nat = "1:00"\nperiod = "last"', "chỉ dùng cho việc chốt"),
        ('[schedule.x]\ndo = "prune"\nat = "1:00"\nsources = ["tinh"]', "chỉ dùng cho việc lấy"),
        ('[schedule.x]\ndo = "sync"\nsources = ["tnh"]', "có nguồn chưa khai báo"),
        ('[schedule.x]\ndo = "sync"\nsources = ["so"]', "có nguồn loại workbook"),
        ('[schedule.nightly]\nonly = "working_hours"', "không có lượt chạy nào"),
        ('[schedule.x]\ndo = "backup"\nevery = "1d"\nonly = "working_hours"', "không có lượt chạy"),
    ],
)
def test_a_mistake_is_one_sentence_that_says_where(tmp_path: Path, section: str, said: str) -> None:
    files = '[sources.so]\nside = "ministry"\nkind = "workbook"\n'
    text = PROVINCE + files + HOME.lstrip() + section + "\n" + PORTAL
    assert said in refused(tmp_path, text)


def test_a_watched_folder_stands_beside_the_settings_and_belongs_to_one_source(
    tmp_path: Path,
) -> None:
    text = PROVINCE + FILES_AT_HOME + 'folder = "nhan-tep"\n'
    source = load(tmp_path, text).sources["tinh"]
    assert isinstance(source, WorkbookSettings)
    assert source.folder == tmp_path / "nhan-tep"
    other = '[sources.cong]\nside = "portal"\nkind = "workbook"\nfolder = "nhan-tep"\n'
    assert '"sources.cong.folder" là thư mục của nguồn khác' in refused(tmp_path, text + other)
