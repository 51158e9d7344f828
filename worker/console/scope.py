"""Which units a page offers to somebody, and which of them is their own."""

from worker.bootstrap import Services
from worker.console.asking import require_unit
from worker.core.access import Who
from worker.core.times import local_day
from worker.core.units import Unit


def units_seen(services: Services, who: Who) -> list[Unit]:
    """The units that ``who`` may choose from."""
    return [each for each in services.directory.units if who.sees(each.code)]


def only_unit(services: Services, who: Who) -> Unit | None:
    """The unit of an account that has just one today; None for every other account."""
    if who.sees_all:
        return None
    lasting = _lasting(services, who)
    return lasting[0] if len(lasting) == 1 else None


def unit_or_own(services: Services, who: Who, code: str | None) -> Unit | None:
    """The unit asked for; where none is, None for who sees all, else the account's own.

    Of an account with several that is the first one of the province's folder, units above others
    first.

    Raises:
        NotFoundError: there is none, or it is not for them.
    """
    if code:
        return require_unit(who, services, code)
    if who.sees_all:
        return None
    lasting = _lasting(services, who)
    codes = {each.code for each in lasting}
    top = [each for each in lasting if each.parent not in codes]
    return top[0] if top else require_unit(who, services, "")


def _lasting(services: Services, who: Who) -> list[Unit]:
    today = local_day(services.clock())
    return [each for each in units_seen(services, who) if each.lasts_on(today)]
