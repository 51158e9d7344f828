"""The finished parts of a mail."""

from dataclasses import dataclass

# Names the province's own mails among those of its units.
PROVINCE = "toan-tinh"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailParts:
    """A mail but for its envelope: who sends it, to whom, and when.

    ``png`` (the bridge, ``picture`` its Content-ID) and ``xlsx`` (named ``workbook``) are None
    where there is nothing to draw or to list. ``list_name`` and ``list_id`` name the unit's mails
    as one list, in words and for programs.
    """

    language: str
    subject: str
    text: str
    html: str
    list_name: str
    list_id: str
    png: bytes | None = None
    picture: str | None = None
    xlsx: bytes | None = None
    workbook: str | None = None
