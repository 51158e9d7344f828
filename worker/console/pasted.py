"""What is wrong with a pasted list of dossier codes, in a sentence."""

from worker.core.codes import Pasted
from worker.i18n import text
from worker.i18n.numbers import number

_NAMED = 5


def fault_of(pasted: Pasted, most: int) -> str | None:
    """Why a list can't be taken as it is; None where it can.

    Args:
        pasted: The list, as it was read.
        most: How many codes are taken at a time.
    """
    if pasted.unreadable:
        return text("pages.pasted.unreadable", codes=", ".join(pasted.unreadable[:_NAMED]))
    if not pasted.codes:
        return text("pages.pasted.none")
    if len(pasted.codes) > most:
        told = {"count": number(len(pasted.codes)), "most": number(most)}
        return text("pages.pasted.too_many", **told)
    return None
