from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from models.types import Side
from worker.core.course import EndEvent
from worker.core.rules.rule import Granularity
from worker.errors import SettingsError
from worker.i18n import sentence, use_language
from worker.settings.draft import Draft
from worker.settings.load import load_settings
from worker.settings.model import (
    KINDS,
    AnySource,
    IGateSettings,
    OpenCpsSettings,
    PortalSettings,
    Settings,
    WorkbookSettings,
)
from worker.settings.origin import find_line

EXAMPLE = """\
[province]
code = "H51"
name = "Sóc Trăng"
seeds = "soc-trang"

[sources.tinh]
side = "province"
kind = "opencps"
url = "http://127.0.0.1:8101/"
username = "doisoat"
group_id = 35417
rule = "opencps_month"
since = "2023-01-01"
every = "15m"

[sources.tinh.statuses]
"cho-bo-sung" = 5

[sources.cong]
side = "portal"
kind = "portal"
adapter_url = "http://127.0.0.1:8102"
madonvi = "H51"
username = "doisoat"
reporting_url = "http://127.0.0.1:8102/api/v1/reporting"
lookups_per_second = 20
sample_share = 0.01

[rules.portal]
granularity = "day"

[reconcile]
grace = "30m"

[alerts]
from = "doisoat@soctrang.example"
default_to = [
    "vanphong@soctrang.example",
    "key = 1 is no setting"
]
digest_at = "07:30"
"""
GOOD = EXAMPLE.replace(',\n    "key = 1 is no setting"', "")


@pytest.fixture(autouse=True)
def vietnamese() -> None:
    use_language("vi", strict=True)


def load(folder: Path, text: str, environment: dict[str, str] | None = None) -> Settings:
    (folder / "doisoat.toml").write_text(text, encoding="utf-8")
    return load_settings(environment=environment or {}, working_folder=folder)


def mistake(folder: Path, text: str, environment: dict[str, str] | None = None) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(folder, text, environment)
    assert sentence(caught.value)
    return caught.value


def password_of(source: AnySource) -> SecretStr | None:
    assert not isinstance(source, WorkbookSettings)
    return source.password


def test_it_reads_the_example_of_the_contract(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD)

    home, portal = settings.sources["tinh"], settings.sources["cong"]
    assert isinstance(home, OpenCpsSettings)
    assert isinstance(portal, PortalSettings)
    assert home.url == "http://127.0.0.1:8101"
    assert home.group_id == "35417"
    assert home.every == timedelta(minutes=15)
    assert home.statuses == {"cho-bo-sung": 5}
    assert portal.lookups_per_day == 50_000
    assert settings.rules.portal.granularity is Granularity.DAY
    assert settings.rules.portal.end_event is EndEvent.LAST
    assert settings.alerts.default_to == ("vanphong@soctrang.example",)
    assert settings.alerts.digest_at == time(7, 30)
    assert settings.source_on(Side.PORTAL) == ("cong", portal)
    assert settings.folder == tmp_path
    assert settings.data_dir == tmp_path / ".doisoat"
    assert settings.store_url == f"sqlite:///{tmp_path / '.doisoat' / 'doisoat.db'}"


def test_a_file_written_by_notepad_is_read(tmp_path: Path) -> None:
    text = "\ufeff" + GOOD.replace("\n", "\r\n")
    assert load(tmp_path, text).province.name == "Sóc Trăng"


def test_the_environment_goes_over_the_file(tmp_path: Path) -> None:
    environment = {
        "DOISOAT_SOURCES__TINH__PASSWORD": "bí mật",
        "DOISOAT_RECONCILE__GRACE": "2h",
        "DOISOAT_ALERTS__DEFAULT_TO": "a@x.example, b@x.example",
        "DOISOAT_CONSOLE__PORT": "9000",
        "DOISOAT_DATABASE_URL": "postgresql://u:p@db/doisoat",
        "DOISOAT_SMTP_URL": "",
        "DOISOAT_DATA_DIR": "kho",
    }
    settings = load(tmp_path, GOOD, environment)

    password = password_of(settings.sources["tinh"])
    assert password is not None
    assert password.get_secret_value() == "bí mật"
    assert "bí mật" not in repr(settings)
    assert settings.reconcile.grace == timedelta(hours=2)
    assert settings.alerts.default_to == ("a@x.example", "b@x.example")
    assert settings.console.port == 9000
    assert settings.store_url == "postgresql+psycopg://u:p@db/doisoat"
    assert settings.smtp_url is None
    assert settings.data_dir == tmp_path / "kho"


def test_a_password_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("from the file\n", encoding="utf-8")
    (tmp_path / "portal").write_text("from the variable\n", encoding="utf-8")
    text = GOOD.replace(
        'username = "doisoat"\ngroup', 'username = "x"\npassword_file = "home"\ngroup'
    )
    variable = {"DOISOAT_SOURCES__CONG__PASSWORD_FILE": str(tmp_path / "portal")}
    settings = load(tmp_path, text, variable)

    passwords = [password_of(source) for source in settings.sources.values()]
    assert [each and each.get_secret_value() for each in passwords] == [
        "from the file",
        "from the variable",
    ]


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    error = mistake(tmp_path, GOOD, {"DOISOAT_SOURCES__CONG__PASSWORD_FILE": "nowhere"})
    assert error.key == "settings_secret_unreadable"
    assert error.values["variable"] == "DOISOAT_SOURCES__CONG__PASSWORD_FILE"


def test_a_password_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    text = GOOD.replace("group_id", 'password = "matkhau123"\ngroup_id')
    error = mistake(tmp_path, text)
    assert error.key == "settings_secret_in_file"
    assert error.values["line"] == 11
    assert error.values["variable_to_set"] == "DOISOAT_SOURCES__TINH__PASSWORD"
    assert "matkhau123" not in sentence(error)


def test_an_address_with_a_password_in_the_file_is_refused(tmp_path: Path) -> None:
    error = mistake(tmp_path, 'database_url = "postgresql://u:matkhau@db/x"\n' + GOOD)
    assert error.key == "settings_secret_in_file"
    assert "matkhau" not in str(error.values)


@pytest.mark.parametrize(
    ("wrong", "right", "line", "says"),
    [
        ("evry = ", "every = ", 14, '"every"'),
        ('granularity = "hour"', 'granularity = "day"', 30, "second, day"),
        ('grace = "30 phút"', 'grace = "30m"', 33, "15m"),
        ("grace = 30", 'grace = "30m"', 33, "15m"),
        ('every = "0s"', 'every = "15m"', 14, "lớn hơn 0"),
        ("sample_share = 2", "sample_share = 0.01", 27, "không lớn hơn 1"),
        ('kind = "khac"', 'kind = "opencps"', 8, ", ".join(KINDS)),
        ('rule = "tinh"', 'rule = "opencps_month"', 12, "portal, opencps_month"),
        ('url = "127.0.0.1:8101"', 'url = "http://127.0.0.1:8101/"', 9, "https://"),
        ('url = "http://u:p@x"', 'url = "http://127.0.0.1:8101/"', 9, "không kèm"),
        ('"cho-bo-sung" = 50', '"cho-bo-sung" = 5', 17, "một trong"),
        ('since = "1/1/2023"', 'since = "2023-01-01"', 13, "2024-07-24"),
        (
            "default_to = 5",
            GOOD[GOOD.index("default_to") : GOOD.index("\ndigest")],
            37,
            "danh sách",
        ),
        ('digest_at = "25:99"', 'digest_at = "07:30"', 40, "07:30"),
        ('code = "Sóc Trăng"', 'code = "H51"', 2, "H51"),
        ('side = "portal"\nkind = "o', 'side = "province"\nkind = "o', 7, "province"),
        ("[sources.Tỉnh]", "[sources.cong]", 19, "chữ thường"),
        ("[reconcil]", "[reconcile]", 32, '"reconcile"'),
    ],
)
def test_a_mistake_names_its_line_and_what_is_allowed(
    tmp_path: Path, wrong: str, right: str, line: int, says: str
) -> None:
    wrong = '[sources."Tỉnh"]' if wrong == "[sources.Tỉnh]" else wrong
    assert right in GOOD
    error = mistake(tmp_path, GOOD.replace(right, wrong, 1))
    assert error.values.get("line") == line
    assert f"dòng {line}" in sentence(error)
    assert says in sentence(error)


def test_a_missing_key_names_the_table_it_belongs_to(tmp_path: Path) -> None:
    error = mistake(tmp_path, GOOD.replace('madonvi = "H51"\n', ""))
    assert error.key == "settings_missing"
    assert error.values["setting"] == "sources.cong.madonvi"
    assert error.values["line"] == 19


def test_an_igate_takes_its_login_and_statuses_and_counts_as_the_portal_does(
    tmp_path: Path,
) -> None:
    text = GOOD.replace(
        """kind = "opencps"
url = "http://127.0.0.1:8101/"
username = "doisoat"
group_id = 35417
rule = "opencps_month"
""",
        """kind = "igate"
sso_url = "https://sso.example/"
api_url = "https://api.example"
username = "doisoat"
client_id = "test-public"
""",
    )
    (tmp_path / "doisoat.toml").write_text(text, encoding="utf-8")
    settings = load_settings(tmp_path / "doisoat.toml", environment={}, working_folder=tmp_path)
    source = settings.sources["tinh"]
    assert isinstance(source, IGateSettings)
    assert (source.sso_url, source.realm, source.agency_id) == ("https://sso.example", "digo", None)
    assert (source.rule, source.side) == ("portal", Side.PROVINCE)
    assert source.statuses == {"cho-bo-sung": 5}


def test_a_missing_kind_is_asked_for(tmp_path: Path) -> None:
    error = mistake(tmp_path, GOOD.replace('kind = "portal"\n', ""))
    assert error.key == "settings_kind_missing"
    assert ", ".join(KINDS) in sentence(error)


@pytest.mark.parametrize("text", ["[province\n", GOOD + "\nx = = 1\n", GOOD + "[alerts]\n"])
def test_broken_toml_names_its_line(tmp_path: Path, text: str) -> None:
    error = mistake(tmp_path, text)
    assert error.key == "settings_syntax"
    assert 0 < int(error.values["line"]) <= len(text.splitlines())


def test_broken_toml_never_repeats_a_secret(tmp_path: Path) -> None:
    error = mistake(tmp_path, "password = 'matkhau")
    assert "matkhau" not in sentence(error)


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "doisoat.toml").write_bytes(b'[province]\nname = "\xff"')
    with pytest.raises(SettingsError) as caught:
        load_settings(environment={}, working_folder=tmp_path)
    assert caught.value.key == "settings_file_not_utf8"


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("DOISOAT_LANGUGE", "en", '"language"'),
        ("DOISOAT_CONSOLE__PORT", "http", "số nguyên"),
        ("DOISOAT_CONSOLE__PORT", "0", "không nhỏ hơn 1"),
        ("DOISOAT_LANGUAGE", "fr", "vi, en"),
        ("DOISOAT_SOURCES__NOTHERE__PASSWORD", "x", "kind"),
        ("DOISOAT_PROVINCE", "x", "bảng"),
        ("DOISOAT_SMTP_URL", "mailhost", "smtp://"),
        ("DOISOAT_DATABASE_URL", "mysql://x", "postgresql://"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(
    tmp_path: Path, variable: str, value: str, says: str
) -> None:
    error = mistake(tmp_path, GOOD, {variable: value})
    assert error.values["variable"] == variable
    assert variable in sentence(error)
    assert says in sentence(error)


def test_variables_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    environment = {"DOISOAT_CONSOLE": "x", "DOISOAT_CONSOLE__PORT": "1"}
    assert mistake(tmp_path, GOOD, environment).key == "settings_variables_clash"


def test_a_secret_is_never_shown_in_an_error(tmp_path: Path) -> None:
    error = mistake(tmp_path, GOOD, {"DOISOAT_DATABASE_URL": "mysql://u:matkhau@db"})
    assert "matkhau" not in str(error.values)


def test_the_file_asked_for_goes_before_the_variable_and_the_variable_before_the_default(
    tmp_path: Path,
) -> None:
    for name in ("doisoat.toml", "b.toml", "c.toml"):
        (tmp_path / name).write_text(GOOD.replace("Sóc Trăng", name), encoding="utf-8")
    variable = {"DOISOAT_CONFIG": "b.toml"}

    def chosen(config: Path | None, environment: dict[str, str]) -> str:
        found = load_settings(config, environment=environment, working_folder=tmp_path)
        return found.province.name

    assert chosen(Path("c.toml"), variable) == "c.toml"
    assert chosen(None, variable) == "b.toml"
    assert chosen(None, {}) == "doisoat.toml"


def test_the_demo_is_used_where_there_is_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(environment={}, working_folder=tmp_path)
    assert caught.value.key == "settings_no_file"
    assert "doisoat demo --once" in sentence(caught.value)

    (tmp_path / "kho").mkdir()
    text = "now = 2024-07-24T16:00:00+07:00\n" + GOOD
    (tmp_path / "kho" / "demo.toml").write_text(text, encoding="utf-8")
    settings = load_settings(environment={"DOISOAT_DATA_DIR": "kho"}, working_folder=tmp_path)
    assert settings.now == datetime(2024, 7, 24, 9, tzinfo=UTC)
    assert settings.folder == tmp_path / "kho"


def test_a_time_without_an_offset_is_vietnams(tmp_path: Path) -> None:
    settings = load(tmp_path, "now = 2024-07-24T16:00:00\n" + GOOD)
    assert settings.now == datetime(2024, 7, 24, 9, tzinfo=UTC)


def test_a_file_asked_for_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(Path("khong-co.toml"), environment={}, working_folder=tmp_path)
    assert caught.value.values == {"file": "khong-co.toml"}


def test_settings_do_not_change_after_loading(tmp_path: Path) -> None:
    settings = load(tmp_path, GOOD)
    with pytest.raises(ValueError, match="frozen"):
        settings.language = "en"  # type: ignore[misc]


def test_two_sources_on_one_side_are_refused_when_one_is_needed(tmp_path: Path) -> None:
    second = GOOD[GOOD.index("[sources.cong]") : GOOD.index("[rules")].replace("cong", "cong2", 1)
    settings = load(tmp_path, GOOD + second)
    with pytest.raises(SettingsError) as caught:
        settings.source_on(Side.PORTAL)
    assert caught.value.key == "settings_side_twice"
    with pytest.raises(SettingsError):
        settings.source_on(Side.MINISTRY)


def test_the_line_of_a_key_is_found_past_many_line_values_and_comments() -> None:
    text = 'a = [\n  "b = 1",\n]\n# c = 2\n[t.u]\nx.y = """\nz = 1\n"""\n"c" = {d = 1}\n'
    assert find_line(text, ("a",)) == 1
    assert find_line(text, ("t", "u", "x", "y")) == 6
    assert find_line(text, ("t", "u", "c", "d")) == 9
    assert find_line(text, ("t", "u", "nothing")) == 5
    assert find_line(text, ("nothing",)) == 1


def test_a_drafted_file_is_read_as_it_was_meant(tmp_path: Path) -> None:
    (tmp_path / "matkhau").write_text("bí mật\n", encoding="utf-8")
    draft = Draft(
        code="H51",
        name='Sóc Trăng "mẫu" \\',
        seeds="soc-trang",
        home={"url": "http://127.0.0.1:8101", "username": "doisoat", "group_id": "35417"},
        adapter_url="http://127.0.0.1:8102",
        portal_username="doisoat",
        password_file="matkhau",
        lookups_per_second=500,
        now=datetime(2024, 7, 24, 9, tzinfo=UTC),
    )
    settings = load(tmp_path, draft.toml())

    portal = settings.sources["cong"]
    assert isinstance(portal, PortalSettings)
    assert settings.province.name == draft.name
    assert settings.now == draft.now
    assert portal.reporting_url is None
    assert portal.lookups_per_second == 500
    assert portal.password is not None
    assert portal.password.get_secret_value() == "bí mật"
