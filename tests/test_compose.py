"""docker-compose.yml is sound: by the specification, by itself, and with the program it starts."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.compose import ROOT, Service, composition
from worker.cli.app import build_app
from worker.settings.load import load_settings
from worker.settings.model import Settings

COMPOSITION = composition()
SERVICES = COMPOSITION.services
OURS = {name: each for name, each in SERVICES.items() if each.build is not None}
_TAG = re.compile(r"[a-z0-9/_-]+:v?\d+\.\d+[\w.-]*")
_FROM = re.compile(r"FROM python:3\.\d+-slim-[a-z]+( AS \w+)?")


@pytest.fixture(params=sorted(SERVICES))
def service(request: pytest.FixtureRequest) -> Service:
    return SERVICES[request.param]


def test_the_services_are_those_of_the_design() -> None:
    assert set(SERVICES) == {
        "postgres",
        "redis",
        "migrate",
        "worker",
        "beat",
        "console",
        "mailpit",
        "simulated",
    }
    training = {name for name, each in SERVICES.items() if each.profiles}
    assert training == {"mailpit", "simulated"}


def test_no_service_can_do_more_than_it_must(service: Service) -> None:
    assert service.user not in ("", "root", "0", "0:0")
    assert service.read_only
    assert service.cap_drop == ["ALL"]
    assert service.security_opt == ["no-new-privileges:true"]
    assert set(service.logging.options) == {"max-size", "max-file"}


def test_every_service_is_watched_or_ends_by_itself(service: Service) -> None:
    if service.restart == "unless-stopped":
        assert service.healthcheck is not None
    else:
        assert service is SERVICES["migrate"]


def test_what_is_waited_for_can_come() -> None:
    for service in SERVICES.values():
        for name, waited in service.depends_on.items():
            other = SERVICES[name]
            assert not other.profiles
            if waited.condition == "service_healthy":
                assert other.healthcheck is not None
            if waited.condition == "service_completed_successfully":
                assert other.restart == "on-failure"
    for name in ("worker", "beat", "console"):
        assert set(SERVICES[name].depends_on) == {"migrate", "postgres", "redis"}


def test_images_are_pinned_and_of_no_named_registry(service: Service) -> None:
    if service.build is None:
        assert _TAG.fullmatch(service.image), service.image
        assert "." not in service.image.split("/", maxsplit=1)[0].split(":", maxsplit=1)[0]


def test_the_image_is_pinned_has_no_root_and_copies_what_is_there() -> None:
    (text,) = {each.build.dockerfile_inline for each in OURS.values() if each.build}
    lines = text.splitlines()
    assert [line for line in lines if line.startswith("FROM") and not _FROM.fullmatch(line)] == []
    assert "USER 10001:10001" in lines
    assert {each.user for each in OURS.values()} == {"10001:10001"}
    assert "$PATH" in text
    assert "$$" not in text
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ") and "--" not in line]
    for name in (name for names in copied for name in names if "[" not in name):
        assert (ROOT / name).exists(), name
    assert any("uv sync --no-dev" in line for line in lines)


def test_everything_named_is_defined_and_everything_defined_is_used() -> None:
    used: dict[str, set[str]] = {"networks": set(), "volumes": set(), "configs": set()}
    used["secrets"] = set()
    for service in SERVICES.values():
        used["networks"] |= set(service.networks)
        used["volumes"] |= {each.split(":")[0] for each in service.volumes}
        used["configs"] |= {each.source for each in service.configs}
        used["secrets"] |= set(service.secrets)
    for kind, names in used.items():
        assert names == set(getattr(COMPOSITION, kind)), kind


def test_only_this_machine_reaches_in_and_stores_reach_nobody() -> None:
    published = {name: each.ports for name, each in SERVICES.items() if each.ports}
    assert set(published) == {"console", "mailpit"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert COMPOSITION.networks["inside"].internal
    for name, service in SERVICES.items():
        # A port can't be published from a network that leads nowhere.
        assert ("outside" in service.networks) == (name in {*published, "worker"}), name


def test_secrets_come_from_files_alone() -> None:
    for service in SERVICES.values():
        for variable, value in service.environment.items():
            assert "://" not in value, variable
            if "PASSWORD" in variable or variable.endswith("_URL_FILE"):
                assert variable.endswith("_FILE"), variable
            if variable.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in service.secrets, variable
    assert all(each.file.startswith("./secrets/") for each in COMPOSITION.secrets.values())
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_workers_can_be_scaled() -> None:
    assert SERVICES["worker"].deploy.replicas > 1
    assert SERVICES["worker"].ports == []
    assert SERVICES["beat"].deploy.replicas == 1


def test_redis_forgets_nothing_by_itself() -> None:
    command = " ".join(SERVICES["redis"].command or ())
    assert "--maxmemory-policy noeviction" in command
    assert "--appendonly yes" in command


def secrets_in(folder: Path) -> dict[str, str]:
    """Secrets as README's commands make them; where each is to be found."""
    (folder / "secrets").mkdir()
    contents = {
        "database_url": "postgresql://doisoat:x@postgres:5432/doisoat",
        "broker_url": "redis://:x@redis:6379/0",
        "smtp_url": "",
        "tinh_password": "một",
        "cong_password": "hai",
    }
    for name, content in contents.items():
        (folder / "secrets" / name).write_text(content + "\n", encoding="utf-8")
    return {name: str(folder / "secrets" / name) for name in contents}


def settings_of(service: Service, folder: Path) -> Settings:
    """The settings that a service of ours would read, with the training configuration."""
    secrets = secrets_in(folder)
    environment = {
        name: secrets[Path(value).name] if value.startswith("/run/secrets/") else value
        for name, value in service.environment.items()
        if name != "DOISOAT_CONFIG"
    }
    file = ROOT / "seeds" / "simulated.toml"
    return load_settings(file, environment=environment, working_folder=folder)


@pytest.mark.parametrize("name", ["migrate", "worker", "beat", "console"])
def test_the_program_understands_its_environment(name: str, tmp_path: Path) -> None:
    settings = settings_of(SERVICES[name], tmp_path)
    assert settings.store_url == "postgresql+psycopg://doisoat:x@postgres:5432/doisoat"
    assert settings.broker_url is not None
    assert settings.broker_url.get_secret_value() == "redis://:x@redis:6379/0"
    assert settings.smtp_url is None
    assert settings.data_dir == Path("/data")
    assert f"{settings.data_dir}" in {each.split(":")[1] for each in SERVICES[name].volumes}
    passwords = {key: getattr(each, "password", None) for key, each in settings.sources.items()}
    told = {key: each.get_secret_value() for key, each in passwords.items() if each}
    assert told == {"tinh": "một", "cong": "hai"}
    assert (settings.console.host == "0.0.0.0") == (name == "console")  # noqa: S104 - inside


def test_the_configuration_is_found_where_it_is_mounted() -> None:
    for name in ("migrate", "worker", "beat", "console"):
        (mounted,) = SERVICES[name].configs
        assert mounted.target == SERVICES[name].environment["DOISOAT_CONFIG"]
    assert COMPOSITION.configs["doisoat"].file == "./doisoat.toml"
    training = composition(DOISOAT_TOML="seeds/simulated.toml").configs["doisoat"].file
    tree = tomllib.loads((ROOT / training).read_text(encoding="utf-8"))
    assert tree["sources"]["tinh"]["url"] == "http://simulated:8101"
    assert {"--opencps-port=8101", "--portal-port=8102"} <= set(SERVICES["simulated"].command or ())


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_program_has_the_commands_that_are_started(name: str) -> None:
    arguments = list(OURS[name].command or ())
    assert arguments.pop(0) == "doisoat"
    command = build_app()
    while hasattr(command, "commands"):
        command = command.commands[arguments.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {argument.split("=")[0] for argument in arguments} <= known
