"""The console's pages as its menu lists them, and who finds which there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.roles import Role
from worker.core.access import Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the menu: ``name`` is a key of ``pages.menu``, ``path`` where it leads.

    ``is_whole``: it shows what belongs to no single unit.
    """

    name: str
    path: str
    role: Role = Role.VIEWER
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together; ``name`` is a key of ``pages.menu``."""

    name: str
    entries: tuple[Entry, ...]


MENU: Sequence[Group] = (
    Group(
        "figures",
        (
            Entry(name="overview", path="/"),
            Entry(name="units", path="/units", is_whole=False),
            Entry(name="discrepancies", path="/discrepancies", is_whole=False),
            Entry(name="index", path="/index", is_whole=False),
            Entry(name="reports", path="/reports", is_whole=False),
        ),
    ),
    Group(
        "work",
        (
            Entry(name="incidents", path="/incidents", is_whole=False),
            Entry(name="mails", path="/mails"),
            Entry(name="resends", path="/resends", is_whole=False),
            Entry(name="runs", path="/runs"),
            Entry(name="quarantine", path="/quarantine"),
            Entry(name="names", path="/names"),
        ),
    ),
    Group(
        "system",
        (
            Entry(name="sources", path="/sources"),
            Entry(name="people", path="/people", role=Role.ADMIN),
            Entry(name="audit", path="/audit", role=Role.APPROVER),
            Entry(name="help", path="/help", is_whole=False),
        ),
    ),
)


def menu_of(who: Who, groups: Iterable[Group] = MENU) -> list[Group]:
    """The menu as ``who`` finds it."""
    found = (
        Group(
            group.name,
            tuple(
                each
                for each in group.entries
                if who.may(each.role) and (who.sees_all or not each.is_whole)
            ),
        )
        for group in groups
    )
    return [group for group in found if group.entries]


def is_here(entry: Entry, path: str) -> bool:
    """Whether a page lies under a line of the menu."""
    return path == entry.path or (entry.path != "/" and path.startswith(f"{entry.path}/"))
