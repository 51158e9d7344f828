"""A new settings file: what `init` and the demo know, as TOML text."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from worker.core.times import VIETNAM
from worker.settings.model import KINDS

# What has to be known of a province's system, kind by kind, beside its password.
HOME_KEYS: Mapping[str, tuple[str, ...]] = {
    "opencps": ("url", "username", "group_id"),
    "igate": ("sso_url", "api_url", "client_id", "username"),
    "td": ("url", "username"),
    "workbook": (),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The values of a first settings file: one province system, the portal.

    ``home`` are the keys of the province's system, those that its ``home_kind`` has in
    ``HOME_KEYS``. ``password_file`` holds the password of both sources, unless
    ``portal_password_file`` holds the portal's; they are looked for from the settings file's
    folder. None: the passwords come from the environment. ``now`` stands in for the clock.
    """

    code: str
    name: str
    seeds: str
    home: Mapping[str, str]
    adapter_url: str
    portal_username: str
    reporting_url: str | None = None
    root_department_id: str | None = None
    figures_pause: str | None = None
    home_kind: str = "opencps"
    password_file: str | None = None
    portal_password_file: str | None = None
    lookups_per_second: float = 20
    now: datetime | None = None

    def toml(self) -> str:
        """The text of the file."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        if self.now is not None:
            yield f"now = {self.now.astimezone(VIETNAM).isoformat(timespec='seconds')}"
            yield ""
        yield from _table("province", code=self.code, name=self.name, seeds=self.seeds)
        yield from _table(
            "sources.tinh",
            side="province",
            kind=self.home_kind,
            **self.home,
            password_file=self.password_file if self.home else None,
            rule=KINDS[self.home_kind].model_fields["rule"].default,
        )
        yield from _table(
            "sources.cong",
            side="portal",
            kind="portal",
            adapter_url=self.adapter_url,
            madonvi=self.code,
            username=self.portal_username,
            password_file=self.portal_password_file or self.password_file,
            reporting_url=self.reporting_url,
            root_department_id=self.root_department_id,
            figures_pause=self.figures_pause,
            rule="portal",
            lookups_per_second=self.lookups_per_second,
        )


def _table(name: str, /, **values: str | float | None) -> Iterator[str]:
    yield f"[{name}]"
    for key, value in values.items():
        if value is not None:
            # JSON's strings and numbers are TOML's.
            yield f"{key} = {json.dumps(value, ensure_ascii=False)}"
    yield ""
