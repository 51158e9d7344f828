"""What every table has in common."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text


def plain_table(title: str, headings: Sequence[str], numbers: Sequence[int] = ()) -> Table:
    """A calm table; the columns whose places are in ``numbers`` are right-aligned."""
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )
    for place, heading in enumerate(headings):
        if place in numbers:
            table.add_column(Text(heading), justify="right")
        else:
            table.add_column(Text(heading), overflow="fold")
    return table


@dataclass(frozen=True, slots=True)
class Packed:
    """Short pieces side by side, as many as fit in a line; a piece is broken only if it must be."""

    pieces: tuple[str, ...]

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """From the longest piece to all in one line."""
        parts = self._parts()
        longest = max(map(cell_len, parts), default=0)
        whole = cell_len(" ".join(parts))
        return Measurement(min(longest, options.max_width), min(whole, options.max_width))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """The lines."""
        line = ""
        for part in self._parts():
            longer = f"{line} {part}" if line else part
            if line and cell_len(longer) > options.max_width:
                yield Text(line)
                longer = part
            line = longer
        yield Text(line)

    def _parts(self) -> list[str]:
        return [f"{piece};" for piece in self.pieces[:-1]] + list(self.pieces[-1:])
