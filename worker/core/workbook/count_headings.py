"""What a column of a count table counts.

Its heading stands in one to three rows ("Số hồ sơ đã giải quyết", below it "Trả quá hạn") and is
read part by part, from the lowest up.
"""

import re
from collections.abc import Sequence

from worker.core.workbook.headings import Field, Meaning, heading_words

_late = re.compile(r"qua han|tre han|tre hen|qua hen|cham han|cham tre|qua thoi han")
_not_yet = re.compile(r"chua (?:qua|den|toi) han|con han|trong han")
_on_time = re.compile(r"dung han|dung thoi han|dung hen")
_early = re.compile(r"truoc han|som han|truoc thoi han|truoc hen")
_open = re.compile(
    r"dang (?:giai quyet|xu ly|thu ly|trong)|chua (?:giai quyet|xu ly|tra|hoan thanh)|ton dong"
)
_received = re.compile(r"tiep nhan|nhan giai quyet|nhan trong ky|received")
_resolved = re.compile(r"giai quyet|xu ly|da tra|hoan thanh|tra dung|tra qua|tra truoc")
_carried = re.compile(r"ky truoc|chuyen (?:qua|sang)|ton (?:dau|ky)")
_new = re.compile(r"trong ky|moi|phat sinh")
_channels = re.compile(r"truc tuyen|truc tiep|bcci|buu chinh|qua mang|online")
_other = re.compile(
    r"bo sung|tra lai|tu choi|\brut\b|hai long|diem|xep hang|lai xin|tam dung|muc do|thu phi|le phi"
)
_total = re.compile(r"tong|tat ca|total|so (?:luong )?ho so")


def count_meaning(parts: Sequence[str]) -> Meaning | None:
    """What a column of a count table counts; None for what has no place in a comparison."""
    words = [heading_words(part) for part in parts]
    whole = " ".join(words)
    if not whole or _other.search(words[-1]):
        return None
    if "ty le" in whole or "%" in whole or "rate" in whole.split():
        return _rate(words)
    return _counted(words)


def _rate(words: Sequence[str]) -> Meaning | None:
    timing = _timing(words)
    if timing is None or _channels.search(" ".join(words)):
        return None
    return Meaning(Field.RATE_LATE if timing == "late" else Field.RATE_ON_TIME)


def _counted(words: Sequence[str]) -> Meaning | None:
    timing, phase = _timing(words), _phase(words)
    if phase == "received" or (phase is None and timing is None):
        return _intake(words, phase)
    if _channels.search(" ".join(words)):
        return None
    return Meaning(_BY_PHASE[phase, timing])


_BY_PHASE = {
    ("open", None): Field.COUNT_OPEN,
    ("open", "late"): Field.COUNT_OPEN_LATE,
    ("open", "on_time"): Field.COUNT_OPEN_IN_TIME,
    ("open", "early"): Field.COUNT_OPEN_IN_TIME,
    ("resolved", None): Field.COUNT_COMPLETED,
    ("resolved", "late"): Field.COUNT_RESOLVED_LATE,
    ("resolved", "on_time"): Field.COUNT_RESOLVED_ON_TIME,
    ("resolved", "early"): Field.COUNT_EARLY,
    (None, "late"): Field.COUNT_LATE,
    (None, "on_time"): Field.COUNT_ON_TIME,
    (None, "early"): Field.COUNT_EARLY,
}


def _intake(words: Sequence[str], phase: str | None) -> Meaning | None:
    """The columns of what came in: all, new in the period, carried over from before it."""
    leaf, whole = words[-1], " ".join(words)
    if _channels.search(whole):
        return None
    if _carried.search(leaf):
        return Meaning(Field.COUNT_CARRIED)
    if _new.search(leaf) or (_new.search(whole) and _total.search(leaf)):
        return Meaning(Field.COUNT_NEW)
    if phase is None:
        return Meaning(Field.COUNT_RECEIVED, 1) if _total.search(leaf) else None
    return Meaning(Field.COUNT_RECEIVED)


def _timing(words: Sequence[str]) -> str | None:
    """In time or late, as the lowest part that says so has it."""
    for text in reversed(words):
        if _not_yet.search(text) or _on_time.search(text):
            return "on_time"
        if _late.search(text):
            return "late"
        if _early.search(text):
            return "early"
    return None


def _phase(words: Sequence[str]) -> str | None:
    """Open, received or resolved, as the lowest part that says so has it."""
    for text in reversed(words):
        for name, pattern in (("open", _open), ("received", _received), ("resolved", _resolved)):
            if pattern.search(text):
                return name
    return None
