"""Where the mail server is, as its address says."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

_PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """A mail server; ``encrypted``: by TLS from the first byte on. ``username`` "": no login."""

    host: str
    port: int
    encrypted: bool = False
    username: str = ""
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """The address as it may be shown: without its login."""
        return f"{self.host}:{self.port}"

    @property
    def has_login(self) -> bool:
        """Whether it is to know who we are."""
        return bool(self.username)

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, so that nothing crosses a network."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def mail_server_at(url: str) -> MailServer:
    """The server an address such as ``smtp://user:pass@host:port`` names.

    What has a meaning of its own in an address is written with a percent sign: ``%40`` for ``@``.
    """
    parts = urlsplit(url.strip())
    return MailServer(
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        encrypted=parts.scheme == "smtps",
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
