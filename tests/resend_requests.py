"""Requests to send dossiers again, taken through their steps as people and workers would."""

from collections import Counter
from collections.abc import Iterable

from models.resend import ResendItem
from tests.places import Watch, unwatched
from worker.bootstrap import Services
from worker.core.resend.selection import Selection
from worker.journey.asking_again import ask, preview
from worker.journey.resending import Shown, approve, send, shown
from worker.journey.sending_again import sending_wish
from worker.journey.travel import work_off

ASKER, APPROVER = "an.nguyen", "binh.tran"
# All at once, but for the tests of what goes first.
ON = "[resend]\nenabled = true\ntrial = 0\n"


def largest_unit(services: Services) -> str:
    """The unit with most dossiers to ask for."""
    return max(preview(services, Selection()).units, key=lambda each: len(each.chosen)).unit


def approved(services: Services, selection: Selection) -> int:
    """A request for one unit, asked for by one and approved by another."""
    (number,) = ask(services, selection, ASKER, "Cổng chưa cập nhật")
    approve(services, number, APPROVER)
    return number


def sent(services: Services, number: int, watch: Watch = unwatched) -> Shown:
    """The same sent in this process, with all that follows."""
    key = send(services, number, ASKER, services.owner)
    wish = sending_wish(shown(services, number).request, ASKER)
    work_off(services, (key,), wish, watch)
    return shown(services, number)


def grounds_of(items: Iterable[ResendItem]) -> Counter[str]:
    """Why dossiers still differ."""
    return Counter(item.ground.value for item in items if item.ground is not None)
