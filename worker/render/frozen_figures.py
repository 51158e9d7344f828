"""Frozen figures in words: what each is called, and its value as people write it."""

from models.rates import Indicator
from models.types import Cause, CountView
from worker.core.statement import Value
from worker.i18n import has_text, text
from worker.i18n.numbers import decimal, number

_VIEWS = frozenset(view.value for view in CountView)
_CAUSES = frozenset(cause.value for cause in Cause)
_INDICATORS = frozenset(indicator.value for indicator in Indicator)
_SHORT = 12
_LONG = 32


def figure_name(name: str) -> str:
    """A figure's name in words, such as "Chênh lệch do chưa có trên Cổng"."""
    head, _, rest = name.partition(".")
    if name in _CAUSES:
        return text("statement.figure.cause", cause=text(f"causes.label.{name}"))
    if head in _VIEWS and rest:
        view, category = text(f"statement.view.{head}"), text(f"states.category.{rest}")
        return text("statement.figure.category", view=view, category=category)
    if head in _INDICATORS:
        indicator, side = text(f"statement.indicator.{head}"), text(f"states.side_short.{rest}")
        return text("statement.figure.indicator", indicator=indicator, side=side)
    if head == "published":
        group, _, metric = rest.rpartition(".")
        return text(
            "statement.figure.published",
            group=_in_words("group", group or "TOTAL"),
            metric=_in_words("metric", metric),
        )
    if head == "grounds":
        return text(f"statement.grounds_of.{rest}")
    return text(f"statement.figure.{name}")


def figure_value(value: Value) -> str:
    """A figure's value; a dash where there is none."""
    if value is None:
        return text("cli.reconcile.unknown")
    if isinstance(value, dict):
        return _several(value)
    if isinstance(value, int):
        return number(value)
    if value in ("True", "False"):
        return text("statement.figure.yes" if value == "True" else "statement.figure.no")
    return f"{value[:_SHORT]}…" if len(value) >= _LONG else value


def _several(value: dict[str, int | str | None]) -> str:
    """A rate with its counts, or a score with the most that can be had."""
    told = []
    if value.get("score") is not None:
        score, most = value["score"], value.get("max_score")
        shown = decimal(str(most)) if most is not None else text("cli.reconcile.unknown")
        told.append(text("statement.figure.points", score=decimal(str(score)), most=shown))
    if value.get("ratio") is not None:
        told.append(f"{decimal(str(value['ratio']))} %")
    if value.get("denominator") is not None:
        told.append(_rate(value))
    elif value.get("numerator") is not None:
        told.append(number(int(value["numerator"] or 0)))
    return "; ".join(told) or text("cli.reconcile.unknown")


def _rate(value: dict[str, int | str | None]) -> str:
    counts = {name: number(int(value.get(name) or 0)) for name in ("numerator", "denominator")}
    untold = int(value.get("untold") or 0)
    if untold:
        return text("statement.figure.rate_untold", **counts, untold=number(untold))
    return text("statement.figure.rate", **counts)


def _in_words(what: str, name: str) -> str:
    key = f"figures.{what}.{name}"
    return text(key) if has_text(key) else name
