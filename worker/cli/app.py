"""The commands, grouped as help shows them. Each lives in its own module and imports when run."""

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer

from worker.cli import (
    backup,
    beat,
    close,
    console,
    db,
    demo,
    discrepancies,
    doctor,
    explain,
    health,
    import_file,
    improve,
    incidents,
    index,
    init,
    links,
    mail,
    operators,
    outbox,
    procedures,
    prune,
    publish,
    published,
    quarantine,
    recipients,
    reconcile,
    report,
    resend,
    restore,
    runs,
    schedule,
    simulate,
    statement,
    sync,
    units,
    up,
    worker,
)
from worker.cli.invocation import invocation
from worker.cli.words import Command, Group, localise

COMMANDS: tuple[tuple[str, Callable[..., int], str], ...] = (
    ("demo", demo.run, "start"),
    ("init", init.run, "start"),
    ("simulate", simulate.run, "start"),
    ("up", up.run, "start"),
    ("sync", sync.run, "work"),
    ("import", import_file.run, "work"),
    ("reconcile", reconcile.run, "work"),
    ("report", report.run, "work"),
    ("explain", explain.run, "look"),
    ("health", health.run, "look"),
    ("improve", improve.run, "look"),
    ("index", index.run, "look"),
    ("publish", publish.run, "work"),
    ("published", published.run, "look"),
    ("procedures", procedures.run, "look"),
    ("schedule", schedule.run, "look"),
    ("doctor", doctor.run, "care"),
    ("prune", prune.run, "care"),
    ("console", console.run, "care"),
    ("worker", worker.run, "care"),
    ("beat", beat.run, "care"),
    ("backup", backup.run, "care"),
    ("restore", restore.run, "care"),
)

_BELOW = "cli.frame.commands"

LISTINGS: tuple[tuple[str, ModuleType, tuple[str, ...]], ...] = (
    ("runs", runs, ("cancel", "retry", "resume")),
    ("units", units, ("unknown", "assigned", "assign", "forget")),
    ("statement", statement, ("sign", "list", "verify")),
    ("close", close, ("list", "corrections")),
    ("links", links, ("add", "remove", "duplicates")),
    ("outbox", outbox, ("retry",)),
    ("mail", mail, ("show", "send")),
    ("recipients", recipients, ("add", "remove")),
    ("discrepancies", discrepancies, ("acknowledge",)),
    ("quarantine", quarantine, ("again",)),
    ("operator", operators, ("add", "list", "change", "disable", "enable", "link")),
    ("incidents", incidents, ("history", "ack", "mute", "assign", "comment")),
    (
        "resend",
        resend,
        ("preview", "ask", "list", "show", "approve", "reject", "send", "stop", "list_file"),
    ),
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
    for name, module, below in LISTINGS:
        group = _listing(name, module, below)
        app.add_typer(group, name=name, rich_help_panel="cli.panel.look")
    app.add_typer(_store_commands(), name="db", rich_help_panel="cli.panel.care")
    tree: Any = typer.main.get_command(app)
    _accept_config_after_commands(tree)
    localise(tree)
    return tree


def _store_commands() -> typer.Typer:
    group = typer.Typer(cls=Group, help="cli.db.help", rich_markup_mode="rich")
    help_key = "cli.db.upgrade"
    declare = group.command("upgrade", cls=Command, help=help_key, rich_help_panel=_BELOW)
    declare(db.upgrade)
    # A single command would else become the group itself.
    group.callback()(_nothing)
    return group


def _listing(name: str, module: ModuleType, below: Sequence[str]) -> typer.Typer:
    """A command that lists by itself, and the commands below it."""
    group = typer.Typer(cls=Group, rich_markup_mode="rich")
    group.callback(help=f"cli.{name}.help", invoke_without_command=True)(module.run)
    for each in below:
        help_key = f"cli.{name}.{each}_help"
        called = each.replace("_", "-")
        declare = group.command(called, cls=Command, help=help_key, rich_help_panel=_BELOW)
        declare(getattr(module, each))
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
