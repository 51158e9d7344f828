"""Which systems can be asked to send dossiers again, and where."""

from pathlib import Path

import pytest
import respx

from models.resend_types import ResendAnswer
from worker.bootstrap import upstream
from worker.errors import SettingsError
from worker.ports import Resend, Upstream
from worker.settings.load import load_settings

TEXT = """
[province]
code = "H51"
name = "Sóc Trăng"
seeds = "soc-trang"
[sources.tinh]
username = "doisoat"
"""
OPENCPS = 'kind = "opencps"\nurl = "http://opencps.example"\ngroup_id = "1"\n'
TD = 'kind = "td"\nurl = "http://td.example"\n'
IGATE = (
    'kind = "igate"\nsso_url = "http://sso.example"\napi_url = "http://api.example"\n'
    'client_id = "test-public"\n'
)
RESEND_URL = "http://wsms.example/resend-one"


def offered(folder: Path, table: str) -> Upstream:
    path = folder / "doisoat.toml"
    path.write_text(TEXT + table, encoding="utf-8")
    environment = {"DOISOAT_SOURCES__TINH__PASSWORD": "mat-khau"}
    return upstream(load_settings(path, environment=environment, working_folder=folder), "tinh")


@pytest.mark.parametrize(
    ("table", "can"),
    [
        (OPENCPS, True),
        (OPENCPS + "resend = false", False),
        (OPENCPS + 'side = "ministry"', False),
        (TD, True),
        (TD + "resend = false", False),
        (TD + 'side = "ministry"', False),
        (IGATE, False),
        (IGATE + f'resend_url = "{RESEND_URL}"', True),
        (IGATE + f'resend_url = "{RESEND_URL}"\nside = "ministry"', False),
    ],
)
def test_only_a_provinces_own_system_with_such_a_call_is_asked(
    tmp_path: Path, table: str, *, can: bool
) -> None:
    source = offered(tmp_path, table)
    assert (source.resend is not None) is can
    assert ("resend" in source.capabilities) is can
    source.close()


def test_the_addresses_are_those_of_the_settings(tmp_path: Path) -> None:
    dossier = Resend("H51.12.03-240702-0007", "1", is_known=False)
    with respx.mock:
        respx.post("http://td.example/api/tokens").respond(json={"token": "t"})
        respx.post("http://td.example/day-lai").respond(json={"data": "trangThaiDongBoDVC:1"})
        token = "http://sso.example/auth/realms/digo/protocol/openid-connect/token"
        respx.post(token).respond(json={"access_token": "t"})
        respx.post(RESEND_URL).respond(json={"status": "success"})
        for table in (TD + 'push_path = "/day-lai"', IGATE + f'resend_url = "{RESEND_URL}"'):
            source = offered(tmp_path, table)
            assert source.resend is not None
            (resent,) = source.resend.resend([dossier])
            assert resent.outcome is ResendAnswer.TAKEN
            source.close()


@pytest.mark.parametrize("wrong", [IGATE + 'resend_url = "wsms"', TD + 'push_path = ""'])
def test_what_is_no_address_is_a_mistake(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsError):
        offered(tmp_path, wrong)
