"""What a column of a list of dossiers holds: patterns that a heading must fit as a whole."""

import re
from collections.abc import Sequence

from worker.core.workbook.headings import Field, Meaning, heading_words

_DAY = r"(?:ngay gio|ngay|thoi gian|thoi diem|gio)"
_AGENCY = r"(?:ten )?(?:co quan don vi|don vi co quan|don vi|co quan)"
_ON = r"(?:date|at|on)"
_WAY = r"(?:kenh|hinh thuc|phuong thuc|cach thuc|nguon)"
_FILE = r"(?:co )?(?:tep|tep tin|file|link|duong dan)"
_PLACE_NAMES = (
    "so ban nganh",
    "so nganh",
    "dia phuong",
    "quan huyen",
    "huyen thi xa thanh pho",
    "huyen thanh pho",
    "xa phuong thi tran",
    "xa phuong",
    "phuong xa",
)
_PLACES = f"(?:{'|'.join(_PLACE_NAMES)})"
_PEOPLE = (
    "ho ten",
    "ho va ten",
    "chu ho so",
    "nguoi",
    "cong dan",
    "ca nhan",
    "to chuc",
    "doanh nghiep",
    "dia chi",
    "dien thoai",
    "sdt",
    "cccd",
    "cmnd",
    "can cuoc",
    "giay to",
    "email",
    "ngay sinh",
    "can bo",
    "chuyen vien",
    "applicant",
    "contact",
    "owner",
    "phone",
    "mobile",
    "address",
    "full name",
    "identity",
)

# The first that fits is taken, so what is narrower stands first.
_PATTERNS: tuple[tuple[Field, int, tuple[str, ...]], ...] = (
    (Field.NUMBER, 0, ("stt", "so stt", "so thu tu", "thu tu", "no")),
    (
        Field.SECOND_CODE,
        0,
        (
            r"(?:ma|so|ma so) (?:ho so )?(?:tren |cua |theo )?(?:cong )?(?:dich vu cong )?quoc gia",
            r"(?:ma|so|ma so) ho so (?:tren |cua |theo )?cong(?: dich vu cong)?",
            r"ma ho so (?:cu|thu hai|lien thong|khac)",
            r"nation(?:al)?(?: dossier)? code",
            r"reference uid",
        ),
    ),
    (
        Field.CODE,
        0,
        (
            r"(?:ma|ma so) ho so(?: thu tuc hanh chinh)?",
            r"(?:ma|so|ma so) (?:bien nhan|tiep nhan)(?: ho so)?",
            r"ma tra cuu",
            r"dossier (?:no|code|number)",
        ),
    ),
    # Also the heading of a count.
    (Field.CODE, 1, (r"so ho so",)),
    (Field.ID, 0, (r"(?:dossier |external )?id", r"id ho so", r"ma he thong")),
    (
        Field.UNIT_CODE,
        0,
        (
            rf"ma (?:dinh danh )?{_AGENCY}(?: (?:xu ly|giai quyet|thuc hien))?",
            r"(?:gov )?agency code",
            r"(?:unit|department) code",
        ),
    ),
    (
        Field.UNIT,
        0,
        (rf"(?:{_AGENCY}|noi) (?:xu ly|giai quyet|thuc hien|chu tri|thu ly)(?: ho so| chinh)?",),
    ),
    (
        Field.UNIT,
        1,
        (
            rf"{_AGENCY}(?: {_PLACES})?",
            r"(?:gov )?agency(?: name)?",
            r"(?:unit|department)(?: name)?",
        ),
    ),
    (Field.UNIT, 2, (rf"{_AGENCY} tiep nhan(?: ho so)?", r"noi tiep nhan")),
    (Field.PLACE, 0, (rf"(?:ten |cac )?{_PLACES}(?: {_PLACES})*",)),
    (
        Field.PROCEDURE,
        0,
        (
            r"(?:ma|ma so|ma quoc gia) (?:thu tuc(?: hanh chinh)?|dich vu cong)(?: quoc gia)?",
            r"(?:procedure|service) code",
        ),
    ),
    (
        Field.STATUS,
        0,
        (
            r"(?:ten )?(?:trang thai|tinh trang)(?: hien tai)?(?: xu ly| giai quyet)?(?: ho so)?",
            r"(?:trang thai|tinh trang) ho so hien tai",
            r"(?:dossier |task )?status(?: name| text)?",
        ),
    ),
    (Field.STATUS, 1, (r"ma trang thai(?: ho so)?", r"(?:dossier )?status code")),
    (
        Field.SUBMITTED,
        0,
        (
            rf"{_DAY} (?:nop|gui|dang ky)(?: ho so)?(?: truc tuyen)?",
            rf"(?:submit|submitted|applied) {_ON}",
        ),
    ),
    (
        Field.RECEIVED,
        0,
        (
            rf"{_DAY} (?:tiep nhan|nhan)(?: ho so)?",
            rf"(?:receive|received|accepted) {_ON}",
            r"received",
        ),
    ),
    (
        Field.DUE,
        0,
        (
            rf"(?:{_DAY} )?hen tra(?: ket qua| ho so)*",
            rf"{_DAY} hen",
            r"(?:thoi )?han (?:hen )?tra(?: ket qua)?",
            r"han (?:xu ly|giai quyet|hoan thanh)(?: ho so)?",
            rf"{_DAY} (?:den|het) han(?: xu ly)?",
            rf"{_DAY} tra(?: ket qua)? du kien",
            rf"{_DAY} du kien tra(?: ket qua)?",
            rf"(?:due|appointment) {_ON}",
            r"due|deadline",
        ),
    ),
    (
        Field.FINISHED,
        0,
        (
            rf"{_DAY} (?:ket thuc|hoan thanh|hoan tat|xong)(?: xu ly| giai quyet| ho so| thuc te)*",
            rf"{_DAY} (?:giai quyet xong|xu ly xong|co ket qua)(?: ho so)?",
            rf"(?:release|released|completed|completion|finish|finished) {_ON}",
            r"finished",
        ),
    ),
    (
        Field.RETURNED,
        0,
        (
            rf"{_DAY} (?:da )?tra(?: ket qua| ho so| thuc te)*(?: cho (?:cong |nguoi )?dan)?",
            rf"(?:return|returned) {_ON}",
            r"returned",
        ),
    ),
    (
        Field.CHANNEL,
        0,
        (
            rf"{_WAY} (?:nop|gui|nhan|tiep nhan|thuc hien|dang ky)(?: ho so)?",
            r"kenh(?: ho so)?",
            r"(?:apply method|channel)(?: name)?",
        ),
    ),
    (
        Field.FILED_ONLINE,
        0,
        (
            r"(?:ho so |duoc )?(?:nop |tiep nhan )?(?:ho so )?(?:truc tuyen|qua mang)",
            r"(?:is |filed )?online",
        ),
    ),
    (
        Field.PAID_ONLINE,
        0,
        (
            r"(?:da |duoc )?(?:thanh toan|nop)(?: phi| le phi)* truc tuyen(?: phi| le phi)*",
            rf"{_WAY} (?:thanh toan|nop phi|nop le phi|thu phi|thu le phi)(?: phi| le phi)*",
            r"tttt",
            r"(?:paid online|online payment)",
        ),
    ),
    (
        Field.E_RESULT,
        0,
        (
            r"(?:co |tra |cap )?(?:ban )?ket qua(?: giai quyet)?(?: ban)? dien tu",
            rf"{_FILE} ket qua(?: giai quyet)?(?: dinh kem| dien tu)*",
            r"(?:dinh kem ket qua|ket qua dinh kem)",
            r"(?:e result|electronic result|result file)",
        ),
    ),
    (Field.PERSONAL, 0, (rf".*\b(?:{'|'.join(_PEOPLE)})\b.*",)),
)
_compiled = tuple((field, rank, re.compile("|".join(ways))) for field, rank, ways in _PATTERNS)


def dossier_meaning(parts: Sequence[str]) -> Meaning | None:
    """What a column of a list of dossiers holds: by the whole heading, else by its lowest part."""
    words = [heading_words(part) for part in parts]
    for text in (" ".join(words), words[-1] if words else ""):
        for field, rank, pattern in _compiled:
            if text and pattern.fullmatch(text):
                return Meaning(field, rank)
    return None
