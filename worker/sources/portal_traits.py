"""What the portal holds of a dossier's traits (wire.md sections 2.5 and 2.6).

Fields of the newer set: one that is absent tells nothing, and a blank one says no, as the portal
counts it. Of lists only the marks are read, and whether there is a link: names of files and of
people are not decoded, nor are the links.
"""

from functools import lru_cache
from typing import TypeVar

import msgspec

from models.rates import Trait
from worker.core.traits import Told, any_of, together, told
from worker.core.workbook.cells import plain_words
from worker.sources.traits import flag_of, has_text, is_online, token_of

T = TypeVar("T")

_MOST_ITEMS = 500
_MOST_BASES = 256
_LONGEST_BASE = 300
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

# DuocThanhToanTrucTuyen: paid on the portal or by a gateway; 3 is a fee that is still unpaid.
_PAID = (b"1", b"2")
_UNPAID_FEE = b"3"
_NOT_PAID = (b"0", b"", _UNPAID_FEE, b"false")
_REUSED = {b"1": True, b"2": True, b"true": True, b"0": False, b"false": False, b"": False}
_PRICE = frozenset(b"0123456789., ")


class TraitFields(
    msgspec.Struct,
    rename={
        "channel": "KenhThucHien",
        "paid": "DuocThanhToanTrucTuyen",
        "fees": "DanhSachLePhi",
        "results": "DanhSachGiayToKetQua",
        "digitised": "HoSoCoThanhPhanSoHoa",
        "papers": "TaiLieuNop",
        "account": "TaiKhoanDuocXacThucVoiVNeID",
        "bases": "DSKetNoiCSDL",
    },
):
    """The fields of a dossier that tell its traits, none of them decoded yet."""

    channel: msgspec.Raw = msgspec.Raw()
    paid: msgspec.Raw = msgspec.Raw()
    fees: msgspec.Raw = msgspec.Raw()
    results: msgspec.Raw = msgspec.Raw()
    digitised: msgspec.Raw = msgspec.Raw()
    papers: msgspec.Raw = msgspec.Raw()
    account: msgspec.Raw = msgspec.Raw()
    bases: msgspec.Raw = msgspec.Raw()


class _Fee(msgspec.Struct, rename={"price": "Gia"}):
    price: msgspec.Raw = msgspec.Raw()


class _Result(msgspec.Struct, rename={"link": "DuongDanTepTinKetQua"}):
    link: msgspec.Raw = msgspec.Raw(b"null")


class _Base(msgspec.Struct, rename={"code": "MaCSDL"}):
    code: msgspec.Raw = msgspec.Raw()


class _Paper(
    msgspec.Struct,
    rename={
        "deleted": "IsDeleted",
        "digitised": "DuocSoHoa",
        "reused": "DuocTaiSuDung",
        "from_store": "DuocLayTuKhoDMQG",
    },
):
    deleted: msgspec.Raw = msgspec.Raw()
    digitised: msgspec.Raw = msgspec.Raw()
    reused: msgspec.Raw = msgspec.Raw()
    from_store: msgspec.Raw = msgspec.Raw()


# The names of fields inside of lists.
NESTED_NAMES: tuple[str, ...] = tuple(
    name for each in (_Fee, _Result, _Base, _Paper) for name in each.__struct_encode_fields__
)


_fees = msgspec.json.Decoder(list[_Fee])
_results = msgspec.json.Decoder(list[_Result])
_bases = msgspec.json.Decoder(list[_Base])
_papers = msgspec.json.Decoder(list[_Paper])


def traits_of(row: TraitFields) -> Told:
    """The traits that hold of a dossier, and those the portal tells, as flags of ``Trait``."""
    return together(
        told(Trait.FILED_ONLINE, holds=is_online(row.channel)),
        _payment(row),
        told(Trait.E_RESULT, holds=_has_result(row.results)),
        _of_papers(row),
        told(Trait.IDENTIFIED, holds=_is_identified(row)),
    )


def _payment(row: TraitFields) -> Told:
    """A fee that was paid online, or is marked as unpaid, is a fee, whatever the list says."""
    mark = token_of(row.paid)
    if mark in _PAID:
        return together(told(Trait.PAID_ONLINE, holds=True), told(Trait.HAS_FEE, holds=True))
    paid = told(Trait.PAID_ONLINE, holds=False if mark in _NOT_PAID else None)
    has_fee = True if mark == _UNPAID_FEE else _has_fee(row.fees)
    return together(paid, told(Trait.HAS_FEE, holds=has_fee))


def _has_fee(raw: msgspec.Raw) -> bool | None:
    fees = _items(raw, _fees)
    return None if fees is None else any_of(_is_price(fee.price) for fee in fees)


def _is_price(raw: msgspec.Raw) -> bool | None:
    """Whether a price is more than nothing, however its thousands are parted."""
    price = token_of(raw)
    if price is None or not _PRICE.issuperset(price):
        return None
    return any(sign in b"123456789" for sign in price)


def _has_result(raw: msgspec.Raw) -> bool | None:
    results = _items(raw, _results)
    return None if results is None else any_of(has_text(result.link) for result in results)


def _of_papers(row: TraitFields) -> Told:
    """What the papers handed in tell, those deleted since left out."""
    header = flag_of(row.digitised)
    found = _items(row.papers, _papers)
    if found is None:
        return told(Trait.DIGITISED, holds=header)
    papers = [paper for paper in found if not flag_of(paper.deleted)]
    digitised = any_of(flag_of(paper.digitised) for paper in papers)
    if not digitised and header is not None:
        digitised = header
    return together(
        told(Trait.DIGITISED, holds=digitised),
        told(Trait.REUSED, holds=any_of(_is_reused(paper.reused) for paper in papers)),
        told(Trait.FROM_STORE, holds=any_of(flag_of(paper.from_store) for paper in papers)),
    )


def _is_reused(raw: msgspec.Raw) -> bool | None:
    token = token_of(raw)
    return None if token is None else _REUSED.get(token)


def _is_identified(row: TraitFields) -> bool | None:
    """By the account, else by a base of the population among those asked."""
    account = flag_of(row.account)
    bases = _items(row.bases, _bases)
    if account or bases is None:
        return account
    return any_of(_is_population(base.code) for base in bases)


def _is_population(raw: msgspec.Raw) -> bool | None:
    code = bytes(raw)
    return _is_of_population(code) if len(code) <= _LONGEST_BASE else None


@lru_cache(maxsize=_MOST_BASES)
def _is_of_population(code: bytes) -> bool | None:
    """Whether a base is that of the population; what its bare numbers mean is not published."""
    try:
        words = plain_words(msgspec.json.decode(code, type=str))
    except _UNREADABLE:
        return None
    return None if not words or words.isdigit() else "dan cu" in words or "csdldc" in words


def _items(raw: msgspec.Raw, decoder: msgspec.json.Decoder[list[T]]) -> list[T] | None:
    """The items of a list; None where it is absent, of another shape or too long to be one."""
    try:
        items = decoder.decode(raw)
    except _UNREADABLE:
        return [] if token_of(raw) == b"" else None
    return items if len(items) <= _MOST_ITEMS else None
