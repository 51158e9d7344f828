"""``[report]``: what stands above and below a report that goes out as an official letter."""

from typing import Annotated

from pydantic import BeforeValidator

from worker.settings.section import Section
from worker.settings.values import Text, split_list

Texts = Annotated[tuple[Text, ...], BeforeValidator(split_list)]


class ReportSettings(Section):
    """The letterhead (NĐ 30/2020/NĐ-CP, annex I); what is not set is left to fill in.

    ``authority_above`` and ``authority`` are the offices that issue it, the superior one first,
    ``place`` where, ``recipients`` whom it is addressed to, ``copies`` who gets it besides,
    ``signer_role`` as what the signer signs. ``subject`` stands in place of the usual one.
    """

    authority_above: Text | None = None
    authority: Text | None = None
    place: Text | None = None
    subject: Text | None = None
    recipients: Texts = ()
    copies: Texts = ()
    signer_role: Text | None = None
