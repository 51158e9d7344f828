"""What an operator's account may do."""

from enum import StrEnum


class Role(StrEnum):
    """Each may do what the one before may, and more (design, section 8).

    A viewer of units sees these alone; a viewer without any sees all. An operator starts work and
    writes notes; an approver also approves what an operator asked for; an admin also says who may
    what.
    """

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    ADMIN = "admin"
