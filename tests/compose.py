"""docker-compose.yml as far as we use the Compose Specification, read strictly.

Keys and values that are not known here are mistakes. The names are those of the specification; a
schema of its own is not at hand where the tests run.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

ROOT = Path(__file__).parents[1]

Duration = Annotated[str, StringConstraints(pattern=r"^(\d+h)?(\d+m)?(\d+s)?$", min_length=2)]
Size = Annotated[str, StringConstraints(pattern=r"^\d+[bkmgKMG]$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9._-]+$")]
Command = list[str]


class Part(BaseModel):
    """A mapping of the file: nothing but what is named, no text for a number or the reverse."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Build(Part):
    context: str
    dockerfile_inline: str


class Condition(Part):
    condition: Literal["service_started", "service_healthy", "service_completed_successfully"]


class HealthCheck(Part):
    test: Annotated[Command, Field(min_length=2)]
    interval: Duration
    timeout: Duration
    retries: int
    start_period: Duration | None = None


class Limits(Part):
    cpus: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+$")]
    memory: Size
    pids: int


class Resources(Part):
    limits: Limits


class Deploy(Part):
    replicas: int = 1
    resources: Resources


class Logging(Part):
    driver: Literal["local", "json-file"]
    options: dict[Literal["max-size", "max-file"], str]


class Mounted(Part):
    source: Name
    target: str


class Service(Part):
    image: str
    build: Build | None = None
    profiles: list[Name] = []
    command: Command | None = None
    user: str
    init: bool = False
    read_only: bool
    cap_drop: list[str]
    security_opt: list[str]
    restart: Literal["unless-stopped", "on-failure"]
    logging: Logging
    shm_size: Size | None = None
    stop_grace_period: Duration | None = None
    tmpfs: list[str] = []
    volumes: list[str] = []
    networks: list[Name]
    ports: list[str] = []
    configs: list[Mounted] = []
    secrets: list[Name] = []
    environment: dict[str, str] = {}
    depends_on: dict[Name, Condition] = {}
    healthcheck: HealthCheck | None = None
    deploy: Deploy


class Network(Part):
    internal: bool = False


class Volume(Part):
    """A volume with nothing special."""


class Given(Part):
    file: str


class Composition(Part):
    name: Name
    services: dict[Name, Service]
    networks: dict[Name, Network]
    volumes: dict[Name, Volume]
    configs: dict[Name, Given]
    secrets: dict[Name, Given]


_DOLLAR = re.compile(r"\$(?:(\$)|\{(\w+)(?::-([^}]*))?\})")


def composition(**given: str) -> Composition:
    """The file with its variables filled as Compose does: ``given``, else their defaults."""
    tree = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    told = {key: value for key, value in tree.items() if not key.startswith("x-")}
    return Composition.model_validate(_filled(told, given))


def _filled(value: Any, given: dict[str, str]) -> Any:
    match value:
        case str():
            return _DOLLAR.sub(lambda found: found[1] or given.get(found[2], found[3]), value)
        case list():
            return [_filled(each, given) for each in value]
        case dict():
            return {key: _filled(each, given) for key, each in value.items()}
        case _:
            return value
