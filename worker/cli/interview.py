"""The questions of ``doisoat init`` in order, each answered by an option or by a person."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from worker.cli.output import complain
from worker.cli.questions import ask
from worker.errors import DoisoatError, SettingsError
from worker.i18n import sentence
from worker.settings.draft import Draft

_CODE = re.compile(r"[A-Za-z]\d{2}")
_ADDRESS = re.compile(r"https?://[^\s/@]+(/\S*)?")
_SHIPPED = {"H51": ("Sóc Trăng", "soc-trang")}
_LARGEST_SECRET = 4096


@dataclass(frozen=True, slots=True)
class Answers:
    """A settings file to be, and the passwords of the province's source and the portal's."""

    draft: Draft
    passwords: tuple[str, str]
    variables: tuple[str, str] = (
        "DOISOAT_SOURCES__TINH__PASSWORD",
        "DOISOAT_SOURCES__CONG__PASSWORD",
    )


class Interview:
    """Asks what was not given."""

    def __init__(
        self, given: Mapping[str, str | None], environment: Mapping[str, str], folder: Path
    ) -> None:
        self._given = given
        self._environment = environment
        self._folder = folder

    def hold(self, now: datetime | None) -> Answers:
        """Every question in order.

        Raises:
            WrongUsage: An answer that was given is not valid, or nobody is there to answer.
        """
        code = self._ask("code", is_code=True).upper()
        usual_name, usual_seeds = _SHIPPED.get(code, (None, None))
        name = self._ask("name", default=usual_name)
        seeds = self._seeds(usual_seeds)
        home_url = self._address("source-url")
        home_user = self._ask("source-user")
        home_password = self._password("source", "DOISOAT_SOURCES__TINH__PASSWORD")
        group_id = self._ask("group-id")
        adapter_url = self._address("adapter-url")
        portal_user = self._ask("portal-user")
        portal_password = self._password("portal", "DOISOAT_SOURCES__CONG__PASSWORD")
        reporting_url = self._optional_address("reporting-url")
        draft = Draft(
            code=code,
            name=name,
            seeds=seeds,
            home_url=home_url,
            home_username=home_user,
            group_id=group_id,
            adapter_url=adapter_url,
            portal_username=portal_user,
            reporting_url=reporting_url,
            root_department_id=self._ask("root-department-id") if reporting_url else None,
            now=now,
        )
        return Answers(draft, (home_password, portal_password))

    def _ask(self, option: str, *, default: str | None = None, is_code: bool = False) -> str:
        is_valid = (lambda text: bool(_CODE.fullmatch(text))) if is_code else bool
        return ask(option, self._given.get(option), default=default, is_valid=is_valid)

    def _address(self, option: str) -> str:
        is_valid = lambda text: bool(_ADDRESS.fullmatch(text))  # noqa: E731 - said once
        return ask(option, self._given.get(option), is_valid=is_valid)

    def _optional_address(self, option: str) -> str | None:
        """An address, or nothing."""
        answer = ask(
            option,
            self._given.get(option),
            default="",
            is_valid=lambda text: not text or bool(_ADDRESS.fullmatch(text)),
        )
        return answer or None

    def _seeds(self, usual: str | None) -> str:
        """A province's folder that can be read: what is wrong with it is said at once."""
        from worker.sources.folder import find_folder, read_folder

        while True:
            answer = self._ask("seeds", default=usual)
            try:
                read_folder(find_folder(answer, self._folder))
            except DoisoatError as error:
                if self._given.get("seeds") is not None:
                    raise
                complain(sentence(error))
            else:
                return answer

    def _password(self, side: str, variable: str) -> str:
        """From the file named, from the environment, or from a person; never from an option."""
        file = self._given.get(f"{side}-password-file")
        if file is not None:
            return _secret(self._folder / file)
        if self._environment.get(variable):
            return self._environment[variable]
        return ask(f"{side}-password", None, hidden=True)


def _secret(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as stream:
            return stream.read(_LARGEST_SECRET).strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError("password_file_unreadable", file=str(file)) from None
