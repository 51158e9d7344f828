"""Who may do what in the console, and what a password has to be: plain rules."""

from worker.core.access.states import AccountState, state_of
from worker.core.access.who import Who, reaches
from worker.core.access.words import LEAST_WORD, MOST_WORD, fault_of_name, fault_of_password

__all__ = [
    "LEAST_WORD",
    "MOST_WORD",
    "AccountState",
    "Who",
    "fault_of_name",
    "fault_of_password",
    "reaches",
    "state_of",
]
