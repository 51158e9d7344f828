"""The plain values behind the rates of index 766, and the kinds of frozen figures."""

from enum import IntFlag, StrEnum


class Trait(IntFlag):
    """What a dossier shows beside its course: the grounds of the indicators of index 766.

    A source tells some of these and is silent about the rest; see ``SourceRecord``.
    """

    FILED_ONLINE = 1
    HAS_FEE = 2
    PAID_ONLINE = 4
    E_RESULT = 8
    DIGITISED = 16
    REUSED = 32
    FROM_STORE = 64
    IDENTIFIED = 128


class Indicator(StrEnum):
    """A rate that is counted from dossiers, beside the codes of index 766 it stands for."""

    ON_TIME = "ON_TIME"  # 2.1
    SYNC = "SYNC"  # 1.4
    ONLINE_FILING = "ONLINE_FILING"  # 3.3
    ONLINE_PAYMENT = "ONLINE_PAYMENT"  # 3.6
    E_RESULT = "E_RESULT"  # 4.1
    DIGITISED = "DIGITISED"  # 4.2
    REUSED = "REUSED"  # 4.3
    PERSONAL_STORE = "PERSONAL_STORE"  # 4.4
    IDENTIFIED = "IDENTIFIED"  # 4.5b
    RECEPTION = "RECEPTION"  # received within 8 working hours


class StatementKind(StrEnum):
    """What a frozen set of figures is: signed off by a role, or the close of a period."""

    SIGNED = "signed"
    CLOSE = "close"
