"""The cells of the index's tables: a value, its counts and its verdict below one another."""

from decimal import Decimal

from rich.text import Text

from worker.core.index.assembly import amount_of, is_rate
from worker.core.index.checks import Note
from worker.core.index.comparison import Change, Rank, RankChange
from worker.core.index.rules import Target
from worker.core.index.scoring import Score, Standing, Verdict
from worker.core.index.side_by_side import Entry
from worker.core.index.values import Value
from worker.core.indicators import INDEX_CODE
from worker.i18n import text
from worker.i18n.numbers import number

# Rates of dossiers; the others are of procedures, services, petitions.
_OF_DOSSIERS = {*INDEX_CODE.values(), "3.4", "5.4"}
_TOLD = (Verdict.MET, Verdict.NOT_MET)
_STYLE = {Verdict.MET: "green", Verdict.NOT_MET: "red"}


def score_cell(value: Value | None) -> Text:
    """Points out of their maximum, a rank, or a rate, as shown."""
    if value is None:
        return _unknown()
    amount = amount_of(value)
    if amount is None:
        return Text(empty_text(value))
    if is_rate(value):
        return Text(rate_text(amount))
    return Text(_out_of(amount, value.maximum or value.denominator))


def value_cell(entry: Entry, name: str) -> Text:
    """A rate with its counts and its verdict."""
    value = entry.values.get(name)
    if value is None:
        return _unknown()
    amount = amount_of(value)
    lines = [empty_text(value) if amount is None else rate_text(amount)]
    if value.numerator is not None and value.denominator:
        lines.append(f"{number(value.numerator)}/{number(value.denominator)}")
    found = Text("\n".join(lines))
    verdict = entry.verdicts[name]
    if verdict in _TOLD:
        found.append(f"\n{text(f'index.verdict.{verdict}')}", style=_STYLE[verdict])
    return found


def empty_text(value: Value) -> str:
    """What stands where there is no rate: none to measure, not told, nothing shown."""
    if value.untold:
        return text("index.value.untold")
    if not value.empty:
        return value.said or text("index.value.unknown")
    if _is_worded(value.said):
        return value.said
    key = "empty" if value.code in _OF_DOSSIERS or not is_rate(value) else "none_arose"
    return text(f"index.value.{key}")


def rate_text(amount: Decimal) -> str:
    """``12.99`` as "12,99 %"."""
    return text("index.value.percent", n=number(amount))


class Footnotes:
    """Long explanations, each told once under the table and marked by its number in the cells."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def mark(self, said: str) -> str:
        """The mark of an explanation: "[1]"."""
        return f"[{self._told.setdefault(said, len(self._told) + 1)}]"

    @property
    def lines(self) -> list[str]:
        """The explanations in the order of their marks."""
        return [f"[{place}] {said}." for said, place in self._told.items()]


def check_cell(score: Score | None, footnotes: Footnotes) -> Text:
    """What the rules make of the shown rates, and how that stands to the shown score."""
    if score is None or (score.shown is None and score.computed is None):
        return _unknown()
    if score.standing is Standing.NOT_COMPUTABLE:
        mark = footnotes.mark(_reason(score))
        lines = [f"{text('index.standing.not_computable')} {mark}"]
        if score.least is not None and score.most is not None:
            bounds = {"least": number(score.least), "most": number(score.most)}
            lines.append(text("index.table.range", **bounds))
        return Text("\n".join(lines))
    standing = _standing(score)
    if not score.confirmed and score.standing is Standing.NOT_REPRODUCED:
        standing += f" {footnotes.mark(text('index.missing.unconfirmed'))}"
    return Text(f"{_out_of(score.computed or Decimal(0), score.maximum)}\n{standing}")


def target_cell(target: Target | None) -> Text:
    """The rate from which on, or above which, it is met; nothing where no document sets one."""
    if target is None:
        return Text("")
    key = "above" if target.above else "from"
    return Text(text(f"index.target.{key}", at=rate_text(target.at)))


def change_cell(change: Change | None) -> Text:
    """The earlier value, the change from it, and what is odd about it or broke in between."""
    if change is None or change.before is None:
        return _unknown()
    lines = [number(change.before)]
    if change.amount is not None:
        lines.append(signed_amount(change.amount))
    lines += [text(f"index.break.{each}") for each in change.breaks]
    lines += [text(f"index.sign.{each}") for each in change.signs]
    return Text("\n".join(lines))


def rank_cell(rank: Rank | None) -> Text:
    """The place among how many, marked where it is shared: "3/11"."""
    if rank is None:
        return Text(text("index.rank.none"))
    shown = f"{number(rank.place)}/{number(rank.of)}"
    return Text(text("index.rank.shared", rank=shown) if rank.shared else shown)


def rank_change_cell(change: RankChange | None) -> Text:
    """The earlier rank and by how many places it became better or worse."""
    if change is None or change.before is None:
        return _unknown()
    lines = [f"{number(change.before.place)}/{number(change.before.of)}"]
    if change.better is not None:
        key = "same" if not change.better else "better" if change.better > 0 else "worse"
        lines.append(text(f"index.rank.{key}", n=number(abs(change.better))))
    lines += [text(f"index.break.{each}") for each in change.breaks]
    return Text("\n".join(lines))


def unit_change_cell(change: Change | None, rank: RankChange | None) -> Text:
    """A unit's earlier value and rank in two lines, each with its change beside."""
    if change is None or change.before is None:
        return _unknown()
    lines = [number(change.before)]
    if change.amount is not None:
        lines[0] += f" ({signed_amount(change.amount)})"
    if rank is not None and rank.before is not None:
        lines.append(_rank_before(rank.before, rank.better))
    breaks = dict.fromkeys((*change.breaks, *(rank.breaks if rank else ())))
    lines += [text(f"index.break.{each}") for each in breaks]
    lines += [text(f"index.sign.{each}") for each in change.signs]
    return Text("\n".join(lines))


def _rank_before(before: Rank, better: int | None) -> str:
    shown = text("index.rank.before", rank=number(before.place))
    if better is None:
        return shown
    key = "equal" if not better else "up" if better > 0 else "down"
    return f"{shown} {text(f'index.rank.{key}', n=number(abs(better)))}"


def note_line(note: Note, column: str) -> str:
    """A contradiction between shown values in words, and who shows them."""
    said = text(
        f"index.note.{note.kind}",
        codes=", ".join(note.codes),
        shown=number(note.shown),
        other=number(note.other),
    )
    return text("index.table.contradiction", column=text(f"index.told.{column}"), said=said)


def signed_amount(amount: Decimal) -> str:
    """A difference of points with its sign."""
    shown = number(amount)
    return f"+{shown}" if amount > 0 else shown


def _reason(score: Score) -> str:
    return text(f"index.missing.{score.reason}", codes=", ".join(score.missing))


def _standing(score: Score) -> str:
    if score.standing is Standing.NOT_REPRODUCED and score.off is not None:
        return text("index.table.off", off=signed_amount(score.off))
    return text(f"index.standing.{score.standing}")


def _out_of(amount: Decimal, most: Decimal | int | None) -> str:
    return number(amount) if most is None else f"{number(amount)}/{number(most)}"


def _is_worded(said: str) -> bool:
    """Whether a value says in words that there was nothing, and not by a bare number."""
    return any(letter.isalpha() for letter in said)


def _unknown() -> Text:
    return Text(text("index.value.unknown"))
