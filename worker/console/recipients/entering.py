"""Who gets mails as an account says it, by a form or by a call."""

from models.mail import Recipient
from worker.bootstrap import Services
from worker.console.asking import require_unit
from worker.console.written import written
from worker.core.access import Who
from worker.errors import PermanentError
from worker.journey.addressing import add_recipient, is_unlisted, remove_recipient


def added_by(
    services: Services, who: Who, unit: str, email: str, role: str, reason: str | None
) -> Recipient:
    """Let somebody get the mails about a unit.

    Raises:
        PermanentError: the address or the role can't be used, or gets them already.
        NotFoundError: there is no such unit.
    """
    chosen = require_unit(who, services, unit)
    return add_recipient(services, chosen, email, role, who.name, written(reason))


def removed_by(services: Services, who: Who, unit: str, email: str, reason: str) -> Recipient:
    """Let somebody get them no more; who it was. The unit may be one that is listed no longer.

    Raises:
        PermanentError: no reason is given, or the province's file names them.
        NotFoundError: there is no such unit, or nobody entered that address for it.
    """
    is_gone = who.sees_all and is_unlisted(services, unit)
    code, why = unit if is_gone else require_unit(who, services, unit).code, written(reason)
    if why is None:
        raise PermanentError("reason_wanted")
    return remove_recipient(services, code, email, who.name, why)
