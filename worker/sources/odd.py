"""What is handed over as empty though it isn't: errors, and formulas without values.

An empty cell says something: no end yet, nothing to count. A formula that broke ("#REF!"), or one
that a program wrote and no spreadsheet ever worked out, says that nobody knows. Told by the modules
that look into each format beside the reader, in the process that opens the file.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Odd:
    """What is odd in one sheet, rows and columns from 0.

    ``cells`` are texts to put where the reader saw nothing, or no value of theirs; ``hidden_rows``
    are not shown to whoever opens the file.
    """

    cells: Mapping[tuple[int, int], str]
    hidden_rows: frozenset[int] = frozenset()


NOTHING_ODD = Odd({})
