"""Who calls, where a proxy stands before the console: believed of those that are named alone."""

from pathlib import Path

import pytest
from sqlmodel import Session, select

from models.operator import FailedSignIn
from tests.console.conftest import configured, consoled
from tests.console.test_settings import loaded
from tests.places import Place
from worker.bootstrap import services
from worker.errors import SettingsError
from worker.i18n import sentence

CALLERS = ("203.0.113.7", "203.0.113.8", "2001:db8::7")


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        ("127.0.0.1", len(CALLERS)),
        ("127.0.0.0/8, 10.0.0.0/8", len(CALLERS)),
        ("10.0.0.1", 1),
        ("", 1),
    ],
)
def test_failures_count_for_the_browsers_own_address_behind_a_trusted_proxy(
    light_place: Place, proxies: str, seen: int
) -> None:
    settings = configured(light_place, DOISOAT_CONSOLE__TRUSTED_PROXIES=proxies)
    with consoled(settings) as console:
        for caller in CALLERS:
            answer = console.client.post(
                "/sign-in",
                data={"name": "ai-do", "word": "sai mật khẩu rồi"},
                headers={"X-Forwarded-For": f"198.51.100.1, {caller}"},
            )
            assert answer.status_code == 401
        with services(settings) as found, Session(found.engine) as session:
            rows = session.exec(select(FailedSignIn)).all()
    assert len(rows) == len(CALLERS)
    assert len({row.address_hash for row in rows}) == seen


def test_no_proxy_is_trusted_unless_it_is_named(tmp_path: Path) -> None:
    assert loaded(tmp_path).console.trusted_proxies == ()
    named = loaded(tmp_path, DOISOAT_CONSOLE__TRUSTED_PROXIES="10.1.2.3, 172.16.0.0/12")
    assert named.console.trusted_proxies == ("10.1.2.3/32", "172.16.0.0/12")
    listed = loaded(tmp_path, '[console]\ntrusted_proxies = ["::1"]\n')
    assert listed.console.trusted_proxies == ("::1/128",)


def test_what_is_no_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        loaded(tmp_path, DOISOAT_CONSOLE__TRUSTED_PROXIES="proxy.example")
    assert "10.0.0.0/8" in sentence(raised.value)
