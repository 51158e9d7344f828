"""The commands, grouped as help shows them. Each lives in its own module and imports when run."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from worker.cli import (
    db,
    demo,
    discrepancies,
    doctor,
    explain,
    init,
    quarantine,
    reconcile,
    runs,
    simulate,
    sync,
    units,
)
from worker.cli.invocation import invocation
from worker.cli.words import Command, Group, localise

COMMANDS: tuple[tuple[str, Callable[..., int], str], ...] = (
    ("demo", demo.run, "start"),
    ("init", init.run, "start"),
    ("simulate", simulate.run, "start"),
    ("sync", sync.run, "work"),
    ("reconcile", reconcile.run, "work"),
    ("explain", explain.run, "look"),
    ("discrepancies", discrepancies.run, "look"),
    ("runs", runs.run, "look"),
    ("quarantine", quarantine.run, "look"),
    ("units", units.run, "look"),
    ("doctor", doctor.run, "care"),
)


def _remember_config(ctx: typer.Context, value: Path | None) -> Path | None:
    if value is not None:
        invocation(ctx).config = value
    return value


ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="cli.option.config", callback=_remember_config),
]


def build_app() -> Any:
    """The command tree, its help in the language in use."""
    app = typer.Typer(name="doisoat", cls=Group, add_completion=False, rich_markup_mode="rich")
    app.callback(help="cli.app.help")(_root)
    for name, function, panel in COMMANDS:
        declare = app.command(
            name, cls=Command, help=f"cli.{name}.help", rich_help_panel=f"cli.panel.{panel}"
        )
        declare(function)
    app.add_typer(_store_commands(), name="db", rich_help_panel="cli.panel.care")
    tree: Any = typer.main.get_command(app)
    _accept_config_after_commands(tree)
    localise(tree)
    return tree


def _store_commands() -> typer.Typer:
    group = typer.Typer(cls=Group, help="cli.db.help", rich_markup_mode="rich")
    declare = group.command("upgrade", cls=Command, help="cli.db.upgrade")
    declare(db.upgrade)
    # A single command would else become the group itself.
    group.callback()(_nothing)
    return group


def _nothing() -> None:
    """Nothing to do before the group's commands."""


def _root(config: ConfigOption = None) -> None:
    """Nothing to do: the option's callback keeps the file."""


def _accept_config_after_commands(tree: Any) -> None:
    """People write ``doisoat sync --config FILE`` as well as ``doisoat --config FILE sync``."""
    (config,) = (each for each in tree.params if each.name == "config")
    _accept_below(tree, config)


def _accept_below(tree: Any, config: Any) -> None:
    for command in tree.commands.values():
        below = copy.copy(config)
        below.expose_value = False
        command.params.append(below)
        if hasattr(command, "commands"):
            _accept_below(command, config)
