"""The parser's frame in the user's language: usage line, panels, help option."""

from pathlib import Path
from typing import Any

from typer.core import TyperCommand, TyperGroup
from typing_extensions import override

from worker.cli.usage import no_such_command
from worker.i18n import has_text, text


class Command(TyperCommand):
    """A command whose help speaks the language in use."""

    @override
    def get_usage(self, ctx: Any) -> str:
        """The usage line."""
        return _usage(super().get_usage(ctx))

    @override
    def get_help_option(self, ctx: Any) -> Any:
        """The --help option."""
        return _help_option(super().get_help_option(ctx))

    @override
    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help; that an argument is required shows in the usage line, in no other words."""
        required = [parameter for parameter in self.params if parameter.required]
        for parameter in required:
            parameter.required = False
        super().format_help(ctx, formatter)
        for parameter in required:
            parameter.required = True


class Group(TyperGroup):
    """The root command, or a command that has commands."""

    @override
    def get_usage(self, ctx: Any) -> str:
        """The usage line."""
        return _usage(super().get_usage(ctx))

    @override
    def get_help_option(self, ctx: Any) -> Any:
        """The --help option."""
        return _help_option(super().get_help_option(ctx))

    @override
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that ``args`` ask for.

        Raises:
            WrongUsage: There is none of that name.
        """
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            raise no_such_command(args[0], list(self.commands), ctx.command_path)
        return super().resolve_command(ctx, args)


def localise(command: Any) -> None:
    """Replace the keys that stand for help texts by the texts, here and in every command below."""
    command.help = _worded(command.help)
    command.options_metavar = text("cli.frame.options_metavar")
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = text("cli.frame.command_metavar")
    for parameter in command.params:
        panel = "options" if parameter.param_type_name == "option" else "arguments"
        parameter.help = _with_default(parameter, _worded(parameter.help))
        parameter.rich_help_panel = text(f"cli.frame.{panel}")
        _without_type(parameter)
    for below in getattr(command, "commands", {}).values():
        below.rich_help_panel = _worded(below.rich_help_panel)
        localise(below)


def _worded(key: object) -> object:
    return text(key) if isinstance(key, str) and has_text(key) else key


def _with_default(parameter: Any, told: object) -> object:
    """The help with the value taken where none is given; the parser would say it in English."""
    default = getattr(parameter, "default", None)
    shown = isinstance(default, str | int | float | Path) and not isinstance(default, bool)
    parameter.show_default = False
    if not shown or default == "" or not isinstance(told, str):
        return told
    return f"{told} {text('cli.frame.default', value=default)}"


def _usage(line: str) -> str:
    return line.replace("Usage: ", text("cli.frame.usage"), 1)


def _help_option(option: Any) -> Any:
    if option is not None:
        option.help = text("cli.frame.help_option")
        option.rich_help_panel = text("cli.frame.options")
        _without_type(option)
    return option


def _without_type(parameter: Any) -> None:
    """A switch takes no value, so help must not show a place for one."""
    if getattr(parameter, "is_flag", False):
        parameter.metavar = ""
