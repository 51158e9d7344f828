"""A new settings file: what `init` and the demo know, as TOML text."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from worker.core.times import VIETNAM


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The values of a first settings file: one province system of the OpenCPS family, the portal.

    ``password_file`` holds the password of both sources, unless ``portal_password_file`` holds the
    portal's; they are looked for from the settings file's folder. None: the passwords come from the
    environment. ``now`` stands in for the clock.
    """

    code: str
    name: str
    seeds: str
    home_url: str
    home_username: str
    group_id: str
    adapter_url: str
    portal_username: str
    reporting_url: str | None = None
    root_department_id: str | None = None
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
            kind="opencps",
            url=self.home_url,
            username=self.home_username,
            password_file=self.password_file,
            group_id=self.group_id,
            rule="opencps_month",
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
