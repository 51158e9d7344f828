"""How people get into the console, for commands that start it."""

from contextlib import suppress
from typing import TYPE_CHECKING

from worker.errors import DoisoatError

if TYPE_CHECKING:
    from worker.bootstrap import Services
    from worker.settings.model import Settings


def way_in(services: "Services", url: str) -> str:
    """Where to sign in, or what to do while there is no account."""
    from worker.i18n import text
    from worker.journey.doors import has_accounts

    known = has_accounts(services)
    return text("cli.operator.sign_in", url=url) if known else text("cli.operator.sign_in_first")


def way_in_if_known(settings: "Settings", url: str) -> str | None:
    """The same for a console that serves; None while the store is away, which it bears."""
    from sqlalchemy.exc import SQLAlchemyError

    from worker.bootstrap import services

    with suppress(DoisoatError, SQLAlchemyError), services(settings) as joined:
        return way_in(joined, url)
    return None
