"""Whether an account's owner can come in."""

from datetime import datetime
from enum import StrEnum


class AccountState(StrEnum):
    """One that waits has no password yet."""

    ACTIVE = "active"
    WAITING = "waiting"
    DISABLED = "disabled"


def state_of(password_hash: str | None, disabled_at: datetime | None) -> AccountState:
    """The state of an account with this password, disabled then (None: not)."""
    if disabled_at is not None:
        return AccountState.DISABLED
    return AccountState.WAITING if password_hash is None else AccountState.ACTIVE
