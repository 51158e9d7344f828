"""Reads the rules of index 766, and figures of documents that belong to no known province."""

from functools import cache
from importlib.resources import files

from worker.core.index.printed_verdicts import PrintedVerdict, parse_verdicts
from worker.core.index.rules import IndexRules
from worker.core.index.rules_file import parse_rules
from worker.core.reference import PrintedFigure, parse_published
from worker.sources.folder import text_of_file

# Document 003 names neither its province nor its number; both codes are made up.
UNNAMED_PROVINCE = "TINH-KHONG-TEN"
NATIONAL_MEAN = "CA-NUOC"

_RULES = "index766.toml"
_FIGURES = "published.csv"
_VERDICTS = "verdicts.csv"


@cache
def read_index_rules() -> tuple[IndexRules, ...]:
    """The versions of the rules that come with the program, the oldest first.

    Raises:
        ReferenceError: ``index_rules_unreadable``.
    """
    return parse_rules(text_of_file(files("seeds"), _RULES), _RULES)


def read_reference_figures() -> tuple[PrintedFigure, ...]:
    """The printed figures of no known province, and means of the country (``NATIONAL_MEAN``).

    Raises:
        ReferenceError: ``reference_line`` names file and line of a mistake.
    """
    return parse_published(text_of_file(files("seeds").joinpath("reference"), _FIGURES), _FIGURES)


def read_reference_verdicts() -> tuple[PrintedVerdict, ...]:
    """The verdicts printed beside these figures.

    Raises:
        ReferenceError: ``reference_line`` names file and line of a mistake.
    """
    return parse_verdicts(text_of_file(files("seeds").joinpath("reference"), _VERDICTS), _VERDICTS)
