"""The bridge from the province's late count to the portal's: lines, picture, and its words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.types import Cause, CauseKind
from worker.core.alerts.letter import Letter, LetterFigures, LetterStep
from worker.i18n import text
from worker.i18n.numbers import number, signed
from worker.render.charts import WaterfallBar, chart_png, waterfall

# More steps of one kind than this make the picture too small to read on a phone.
_MOST_STEPS = 6


@dataclass(frozen=True, slots=True)
class BridgeLine:
    """One line: a total, or a signed step to the next; ``shown`` is its number in words."""

    label: str
    value: int
    shown: str
    is_total: bool


def bridge_lines(letter: Letter) -> Iterator[BridgeLine]:
    """The lines from top to bottom, adding up; none where the two sides agree without a step."""
    moved = any(step.count for step in letter.steps)
    if letter.figures is not None and (moved or letter.figures.unexplained):
        yield from lines_between(letter.figures, letter.steps)


def lines_between(
    told: LetterFigures, given: Sequence[LetterStep], most: int = _MOST_STEPS
) -> Iterator[BridgeLine]:
    """The lines of any bridge from top to bottom; of more than ``most`` some stand together."""
    steps = [step for step in given if step.count]
    yield _total("late_province", told.late_province)
    yield from _steps(steps, CauseKind.RULE, most)
    if told.late_by_portal_rule != told.late_province:
        yield _total("late_by_portal_rule", told.late_by_portal_rule)
    yield from _steps(steps, CauseKind.DATA, most)
    yield _total("late_portal", told.late_portal)
    if told.published is not None and told.unexplained:
        yield _step(text("mail.bridge.unexplained"), told.unexplained)
        yield _total("published", told.published)


def _steps(steps: Sequence[LetterStep], kind: CauseKind, most: int) -> Iterator[BridgeLine]:
    """The steps of one kind in the order of causes; the smallest together where there are many."""
    of_kind = [step for step in steps if step.cause.kind is kind]
    order = list(Cause)
    largest = sorted(of_kind, key=lambda step: (-abs(step.count), order.index(step.cause)))
    most = most if len(largest) > most + 1 else len(largest)
    for step in sorted(largest[:most], key=lambda step: order.index(step.cause)):
        yield _step(text(f"causes.label.{step.cause.value}"), step.count)
    rest = largest[most:]
    if rest:
        label = text("mail.bridge.rest", n=number(len(rest)))
        yield _step(label, sum(step.count for step in rest))


def _total(name: str, value: int) -> BridgeLine:
    return BridgeLine(text(f"mail.bridge.{name}"), value, number(value), is_total=True)


def _step(label: str, value: int) -> BridgeLine:
    return BridgeLine(label, value, signed(value), is_total=False)


def bridge_alt(lines: Sequence[BridgeLine]) -> str:
    """The picture in words, for those who don't see it."""
    steps = "; ".join(
        text("mail.bridge.alt_step", label=each.label, n=each.shown) for each in lines
    )
    return text("mail.bridge.alt", steps=steps)


def bridge_png(lines: Sequence[BridgeLine]) -> bytes:
    """The lines as a waterfall."""
    bars = [WaterfallBar(each.label, each.value, each.shown, each.is_total) for each in lines]
    return chart_png(waterfall(bars))
