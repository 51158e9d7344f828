"""Which account is meant by a name, and where people come in."""

from sqlmodel import Session

from worker.bootstrap import Services
from worker.core.access import fault_of_name
from worker.db import operators
from worker.db.sources import identity
from worker.errors import NotFoundError
from worker.journey.accounts import PATH_OF_LINKS, Made
from worker.settings.model import Settings


def has_accounts(services: Services) -> bool:
    """Whether there is any account that could sign in."""
    with Session(services.engine) as session:
        return bool(operators.listed(session))


def number_of(services: Services, name: str) -> int:
    """The number of the account that is called so.

    Raises:
        NotFoundError: there is none.
    """
    called = name.strip().lower()
    with Session(services.engine) as session:
        row = None if fault_of_name(called) else operators.named(session, called)
    if row is None:
        raise NotFoundError("account_not_found", account=name)
    return identity(row.id)


def address_of_link(settings: Settings, made: Made, here: str | None = None) -> str:
    """What a one-time link is, to be handed to the account's owner.

    Args:
        settings: Tell where people reach the console.
        made: The link.
        here: Where whoever asks reaches it, for where the settings don't tell.
    """
    base = settings.console.public_url or here or address_of_console(settings)
    return f"{base.rstrip('/')}/{PATH_OF_LINKS}/{made.secret}"


def address_of_console(settings: Settings) -> str:
    """Where people reach the console: as it is set, else where it is served."""
    console = settings.console
    host = f"[{console.host}]" if ":" in console.host else console.host
    return console.public_url or f"http://{host}:{console.port}"
