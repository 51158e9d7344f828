"""Where the configured sources keep the limits that they share."""

from pathlib import Path

import pytest
import respx
from redis import Redis

from tests.redis_server import RedisServer
from worker.bootstrap import upstream
from worker.errors import LoginRefused
from worker.settings.load import load_settings

TEXT = """
[province]
code = "H51"
name = "Sóc Trăng"
seeds = "soc-trang"
[sources.tinh]
kind = "igate"
sso_url = "http://sso.example"
api_url = "http://api.example"
client_id = "doisoat"
username = "doisoat"
calls_per_second = 50
[sources.cong]
kind = "portal"
adapter_url = "http://cong.example"
madonvi = "H51"
username = "doisoat"
"""


@respx.mock
def log_in(folder: Path, **variables: str) -> None:
    """Ask both sources once; neither lets us in."""
    path = folder / "doisoat.toml"
    path.write_text(TEXT, encoding="utf-8")
    passwords = {f"DOISOAT_SOURCES__{name}__PASSWORD": "x" for name in ("TINH", "CONG")}
    settings = load_settings(path, environment=passwords | variables, working_folder=folder)
    respx.route().respond(401)
    for name in settings.sources:
        source = upstream(settings, name)
        capability = source.lookups or source.pages
        assert capability is not None
        with pytest.raises(LoginRefused):
            capability.check()
        source.close()


def test_with_redis_they_are_kept_there(tmp_path: Path, redis_server: RedisServer) -> None:
    log_in(tmp_path, DOISOAT_BROKER_URL=redis_server.url)
    with Redis.from_url(redis_server.url, decode_responses=True) as client:
        assert sorted(map(str, client.scan_iter("doisoat:pace:*"))) == [
            "doisoat:pace:cong/lookups",
            "doisoat:pace:tinh/calls",
        ]
    assert not (tmp_path / ".doisoat").exists()


def test_without_it_in_the_data_folder(tmp_path: Path) -> None:
    log_in(tmp_path)
    assert (tmp_path / ".doisoat" / "pace.db").stat().st_size > 0
