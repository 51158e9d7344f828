"""The listed names in a free text about one of a unit's offices.

The portal's ``DonViXuLy`` is typed by people, and they often name the office: "Bộ phận TN&TKQ UBND
phường 1", "UBND huyện Mỹ Tú - Phòng Tài nguyên và Môi trường". Such a text is taken apart whole:
besides names that are listed it may only say an office of the kinds known here. One word more, and
it may mean another place ("Sở Nội vụ Bạc Liêu") or an agency of the state that only sits in the
place ("Công an huyện Mỹ Tú"): then it names nobody.
"""

from collections.abc import Container, Iterable, Sequence

from worker.core.names import name_key

_LONGEST_NAME = 16


def _phrases(*texts: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(name_key(text).split(" ")) for text in texts)


# What a committee's or a department's own offices are called.
_OFFICES = _phrases(
    "bộ phận",
    "bp",
    "phòng",
    "văn phòng",
    "vp",
    "vpđk",
    "vpđkđđ",
    "chi nhánh văn phòng đăng ký",
    "chi nhánh vp",
    "chi nhánh vpđk",
    "chi nhánh vpđkđđ",
    "cn vpđk",
    "cn vpđkđđ",
    "cnvpđk",
    "cnvpđkđđ",
    "trung tâm phục vụ hành chính công",
    "trung tâm hành chính công",
    "ttpvhcc",
    "tthcc",
    "một cửa",
    "tổ một cửa",
    "tổ tiếp nhận",
    "quầy",
    "thanh tra",
)
# Bodies that sit in a place and don't belong to its committee.
_STRANGERS = _phrases(
    "công an",
    "thuế",
    "bảo hiểm",
    "bhxh",
    "kho bạc",
    "tòa án",
    "viện kiểm sát",
    "thi hành án",
    "quân sự",
    "ngân hàng",
    "giao dịch",
    "điện lực",
    "thống kê",
    "hải quan",
    "công chứng",
    "thừa phát lại",
    "luật sư",
    "khám",
    "bệnh viện",
    "đảng ủy",
    "mặt trận",
)
# They begin the name of an agency or a place: one that is not listed, where they are left over.
_BEGINNINGS = _phrases(
    "sở", "tỉnh", "thành phố", "quận", "huyện", "thị xã", "thị trấn", "phường", "xã"
)
_JOINTS = _phrases("ubnd", "ủy ban nhân dân", "thuộc", "trực thuộc", "của")
_SOCIETY = _phrases("xã hội")
_TOWN, _COMMUNE = name_key("thị"), f"{name_key('xã')} "


def names_in(key: str, listed: Container[str]) -> list[str]:
    """The listed names in a text that else speaks of offices only; none in any other text.

    Args:
        key: The text's name key (``worker.core.names``).
        listed: The name keys to look for, each with its level word. Whole words count, and the
            longest run of them: "Phường 1" is not in "Phường 10", nor "Xã Ngã Năm" in "Thị xã Ngã
            Năm".
    """
    words = key.split(" ")
    names: list[str] = []
    between: list[str] = []
    place = 0
    while place < len(words):
        name = _name_at(words, place, listed)
        if name is None or _is_cut(name, between):
            between.append(words[place])
            place += 1
            continue
        if not _is_office(between):
            return []
        names.append(name)
        place += name.count(" ") + 1
        between = []
    return names if _is_office(between) else []


def _is_cut(name: str, before: Sequence[str]) -> bool:
    """Whether "xã" is only half of the name's level, which is "thị xã"."""
    return name.startswith(_COMMUNE) and before[-1:] == [_TOWN]


def _name_at(words: Sequence[str], place: int, listed: Container[str]) -> str | None:
    for end in range(min(len(words), place + _LONGEST_NAME), place, -1):
        run = " ".join(words[place:end])
        if run in listed:
            return run
    return None


def _is_office(words: Sequence[str]) -> bool:
    """Whether these words between names say an office, or nothing."""
    rest = _without(words, _JOINTS)
    if not rest:
        return True
    begins = any(tuple(rest[: len(office)]) == office for office in _OFFICES)
    elsewhere = _without(rest, _SOCIETY)
    return begins and not _holds(elsewhere, _STRANGERS) and not _holds(elsewhere, _BEGINNINGS)


def _holds(words: Sequence[str], phrases: Iterable[tuple[str, ...]]) -> bool:
    return _without(words, phrases) != list(words)


def _without(words: Sequence[str], phrases: Iterable[tuple[str, ...]]) -> list[str]:
    """The words but for the phrases among them."""
    longest_first = sorted(phrases, key=len, reverse=True)
    left: list[str] = []
    place = 0
    while place < len(words):
        found = next((p for p in longest_first if tuple(words[place : place + len(p)]) == p), None)
        if found is None:
            left.append(words[place])
        place += len(found or " ")
    return left
