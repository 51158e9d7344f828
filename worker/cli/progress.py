"""A progress bar on standard error, where somebody can see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from worker.cli.output import console

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import ProgressColumn, Task, TaskID
    from rich.text import Text

    from worker.flow import Stage
    from worker.journey import Watch
    from worker.ports import Progress


@contextmanager
def watching() -> Iterator[Watch]:
    """Shows each stage of each source: how far, how fast, how long still. Silent in a pipe."""
    bars = _bars()
    tasks: dict[tuple[Stage, str], TaskID] = {}

    def watch(stage: Stage, source: str) -> Progress:
        key = (stage, source)
        if key not in tasks:
            tasks[key] = bars.add_task(_label(stage, source), total=None)

        def progress(done: int, total: int | None) -> None:
            bars.update(tasks[key], completed=done, total=total)

        return progress

    with bars:
        yield watch
        for task in bars.tasks:
            bars.update(task.id, total=task.completed)


@contextmanager
def counting(label: str) -> Iterator[Progress]:
    """One bar for work of one kind. Silent in a pipe."""
    bars = _bars()
    task = bars.add_task(label, total=None)

    def progress(done: int, total: int | None) -> None:
        bars.update(task, completed=done, total=total)

    with bars:
        yield progress


def _label(stage: Stage, source: str) -> str:
    from worker.i18n import text

    return text(f"cli.stage.{stage.value}", source=source)


def _bars() -> Bars:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    target = console(error=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=16),
        _figures_column(),
        console=target,
        disable=not target.is_terminal,
        transient=False,
    )


def _figures_column() -> ProgressColumn:
    from rich.progress import ProgressColumn
    from rich.table import Column
    from typing_extensions import override

    class Figures(ProgressColumn):
        """Done of total, rate, time left."""

        @override
        def render(self, task: Task) -> Text:
            from rich.text import Text

            return Text(_figures(task))

    return Figures(table_column=Column(no_wrap=True, overflow="ellipsis"))


def _figures(task: Task) -> str:
    from worker.i18n import text
    from worker.i18n.numbers import number

    parts = [number(int(task.completed))]
    if task.total:
        parts = [text("cli.progress.of", done=parts[0], total=number(int(task.total)))]
    if task.speed and not task.finished:
        parts.append(text("cli.progress.rate", rate=number(int(task.speed))))
    if task.time_remaining and not task.finished:
        minutes, seconds = divmod(int(task.time_remaining), 60)
        parts.append(text("cli.progress.left", left=f"{minutes}:{seconds:02}"))
    return " · ".join(parts)
