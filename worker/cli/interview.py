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
from worker.settings.draft import HOME_KEYS, Draft

_CODE = re.compile(r"[A-Za-z]\d{2}")
_ADDRESS = re.compile(r"https?://[^\s/@]+(/\S*)?")
_SHIPPED = {"H51": ("Sóc Trăng", "soc-trang")}
_LARGEST_SECRET = 4096
_OPTIONS = {
    "url": "source-url",
    "api_url": "source-url",
    "sso_url": "sso-url",
    "username": "source-user",
    "group_id": "group-id",
    "client_id": "client-id",
}


@dataclass(frozen=True, slots=True)
class Answers:
    """A settings file to be, and the passwords of its sources by the source's name."""

    draft: Draft
    passwords: Mapping[str, str]

    @property
    def variables(self) -> dict[str, str]:
        """The passwords as the environment has them."""
        return {_variable(name): password for name, password in self.passwords.items()}


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
        kind = self._kind()
        home = {key: self._of_home(key) for key in HOME_KEYS[kind]}
        passwords = {"tinh": self._password("source", "tinh")} if home else {}
        adapter_url = self._address("adapter-url")
        portal_user = self._ask("portal-user")
        passwords["cong"] = self._password("portal", "cong")
        reporting_url = self._optional_address("reporting-url")
        draft = Draft(
            code=code,
            name=name,
            seeds=seeds,
            home_kind=kind,
            home=home,
            adapter_url=adapter_url,
            portal_username=portal_user,
            reporting_url=reporting_url,
            root_department_id=self._ask("root-department-id") if reporting_url else None,
            now=now,
        )
        return Answers(draft, passwords)

    def _kind(self) -> str:
        """What the province's system is; a groupId or an SSO address gives it away."""
        for option, kind in (("group-id", "opencps"), ("sso-url", "igate")):
            if self._given.get("kind") is None and self._given.get(option) is not None:
                return kind
        is_known = lambda text: text.lower() in HOME_KEYS  # noqa: E731 - said once
        return ask("kind", self._given.get("kind"), default="opencps", is_valid=is_known).lower()

    def _of_home(self, key: str) -> str:
        option = _OPTIONS[key]
        return self._address(option) if key.endswith("url") else self._ask(option)

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

    def _password(self, side: str, source: str) -> str:
        """From the file named, from the environment, or from a person; never from an option."""
        file = self._given.get(f"{side}-password-file")
        if file is not None:
            return _secret(self._folder / file)
        if self._environment.get(_variable(source)):
            return self._environment[_variable(source)]
        return ask(f"{side}-password", None, hidden=True)


def _variable(source: str) -> str:
    return f"DOISOAT_SOURCES__{source.upper()}__PASSWORD"


def _secret(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as stream:
            return stream.read(_LARGEST_SECRET).strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError("password_file_unreadable", file=str(file)) from None
