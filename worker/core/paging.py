"""Reading a list to its end, and the proof that nothing was missed."""

from dataclasses import dataclass, replace

MAX_PASSES = 3
MAX_PAGES = 50_000


@dataclass(frozen=True, slots=True)
class Pass:
    """One reading of a list from its first row to its last.

    ``first_total`` is what the list said when the pass began, ``total`` what it said last.
    ``doubled`` are rows that had the key of another one on the same page.
    """

    number: int = 1
    offset: int = 0
    pages: int = 0
    first_total: int | None = None
    total: int = 0
    doubled: int = 0
    ended: bool = False

    def after_page(self, rows: int, total: int, doubled: int = 0) -> "Pass":
        """The pass after a page of ``rows`` rows from a list of now ``total`` rows.

        A list that grows while it is read moves the end of the pass: the new tail is read too.
        ``doubled`` of the rows are others of the page once more: a list may hold a dossier twice.
        """
        offset, pages = self.offset + rows, self.pages + 1
        return replace(
            self,
            offset=offset,
            pages=pages,
            first_total=total if self.first_total is None else self.first_total,
            total=total,
            doubled=self.doubled + doubled,
            ended=rows == 0 or offset >= total or pages >= MAX_PAGES,
        )

    def proves(self, seen: int) -> bool:
        """Whether ``seen`` different rows are all there are.

        A list that shrank may have moved a row from an unread page to a read one, so only a
        constant or growing one proves anything. A row that comes again on a later page may have
        moved there in place of another; one that comes twice on one page is there twice.
        """
        steady = self.first_total is not None and self.total >= self.first_total
        return self.ended and steady and seen + self.doubled == self.total

    def again(self) -> "Pass | None":
        """Another pass from the start; None once enough have been tried."""
        return Pass(number=self.number + 1) if self.number < MAX_PASSES else None
