"""What the core asks of a verdict and a window, in SQL over the rows of ``pairverdict``.

Each condition here is the comparison that ``worker.core.verdict`` makes; no rule is. They are plain
text for both databases: composing them anew for each question took longer than small answers.
``:start``, ``:cutoff`` and ``:ends`` are the window, in seconds.
"""

from collections.abc import Sequence

from models.types import Category
from worker.core.verdict import Span
from worker.db.bulk import seconds

RUNGS = ("own", "home", "other")
# What ``differing`` looks at besides the units, the standing and the weights.
LATE_COLUMNS = ", ".join(f"{rung}_late_from, {rung}_looks_ahead" for rung in RUNGS)
# What follows the places of the categories, in their order: not counted at all.
CATEGORIES: Sequence[Category | None] = (*Category, None)

_LATE = tuple(place for place, each in enumerate(CATEGORIES) if each and each.is_late)
_TURNING = ("counted_from", "ends_at", "late_from", "absent_from", "absent_until")
_NEVER = 1 << 62


def window(span: Span) -> dict[str, int | None]:
    """The values of the parameters."""
    ends = span.end or span.cutoff
    return {
        "start": seconds(span.start),
        "cutoff": seconds(span.cutoff),
        "ends": seconds(ends),
    }


def received() -> str:
    """1 where the province received the dossier in the window, else 0."""
    return "CASE WHEN received_at >= :start AND received_at <= :cutoff THEN 1 ELSE 0 END"


def counted(rung: str) -> str:
    """``is_counted`` of the core."""
    return f"""
        {rung}_counted_from <= :cutoff
        AND ({rung}_absent_from IS NULL OR {rung}_absent_from > :cutoff
             OR {rung}_absent_until <= :cutoff)
        AND ({rung}_counted_from >= :start OR {rung}_leaves_at IS NULL
             OR {rung}_leaves_at >= :start)"""


def has_a_part() -> str:
    """Whether a dossier adds anything to the sums of the window: most are of other times."""
    return " OR ".join(f"({each})" for each in (f"{received()} = 1", *map(counted, RUNGS)))


def category(rung: str) -> str:
    """The place of the core's ``category`` in ``CATEGORIES``."""
    place = {each: number for number, each in enumerate(CATEGORIES)}
    ended = f"({rung}_ends_at IS NOT NULL AND {rung}_ends_at <= :cutoff)"
    return f"""
        CASE WHEN NOT coalesce({counted(rung)}, FALSE) THEN {place[None]}
        WHEN {rung}_late_from <= {_judged_at(rung)} AND {rung}_weight > 0 THEN
            CASE WHEN {ended} AND NOT {rung}_waiting
                THEN {place[Category.RESOLVED_LATE]} ELSE {place[Category.OPEN_LATE]} END
        WHEN {rung}_waiting THEN {place[Category.WAITING]}
        WHEN {ended} THEN {place[Category.RESOLVED_ON_TIME]}
        ELSE {place[Category.OPEN_IN_TIME]} END"""


def standing() -> str:
    """Where a dossier stands on all rungs, in one number: ``places`` takes it apart."""
    own, home, other = (category(rung) for rung in RUNGS)
    presumed = "CASE WHEN is_presumed THEN 1 ELSE 0 END"
    size = len(CATEGORIES)
    rungs = f"({own}) + {size} * ({home}) + {size**2} * ({other})"
    return f"{received()} + 2 * ({presumed}) + 4 * ({rungs})"


def places(standing: int) -> tuple[bool, bool, tuple[Category | None, ...]]:
    """Whether received, whether presumed, and the category on each rung."""
    rungs, flags = divmod(standing, 4)
    size = len(CATEGORIES)
    own, home, other = rungs % size, rungs // size % size, rungs // size**2
    told = tuple(CATEGORIES[place] for place in (own, home, other))
    return bool(flags & 1), bool(flags & 2), told


def weights() -> str:
    """How often each rung counts the dossier, as text; NULL where all count it once."""
    once = " AND ".join(f"{rung}_weight = 1" for rung in RUNGS)
    listed = " || ',' || ".join(f"{rung}_weight" for rung in RUNGS)
    return f"CASE WHEN {once} THEN NULL ELSE {listed} END"


def differing() -> str:
    """Whether two rungs, told as ``standing`` and ``weights``, count a dossier otherwise.

    Or as late in different units. Most dossiers are late on no rung, which is soon asked.
    """
    size = len(CATEGORIES)
    own, home, other = (
        f"(standing / {4 * size**rung} % {size} IN {_LATE})" for rung in range(len(RUNGS))
    )
    perhaps_late = " OR ".join(f"{rung}_late_from <= {_judged_at(rung)}" for rung in RUNGS)
    apart = "(home_unit IS NULL OR other_unit IS NULL OR home_unit <> other_unit)"
    return f"""(({perhaps_late}) AND (weights IS NOT NULL
        OR {own} <> {home} OR {home} <> {other} OR ({home} AND {apart})))"""


def _judged_at(rung: str) -> str:
    return f"CASE WHEN {rung}_looks_ahead THEN :ends ELSE :cutoff END"


def next_turn(dialect: str) -> str:
    """The first instant of a row after ``:cutoff``; NULL where there is none."""
    instants = ["received_at", *(f"{rung}_{name}" for rung in RUNGS for name in _TURNING)]
    ahead = [f"CASE WHEN {each} > :cutoff THEN {each} ELSE {_NEVER} END" for each in instants]
    least = "least" if dialect == "postgresql" else "min"
    return f"nullif({least}({', '.join(ahead)}), {_NEVER})"
