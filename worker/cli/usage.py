"""Wrong usage, said in the user's language."""

from difflib import get_close_matches

from typer.exceptions import TyperException

from worker.errors import PermanentError

USAGE_EXIT = 2


class WrongUsage(PermanentError):  # noqa: N818 - the name says what happened
    """The command line can't be understood; ``key`` is ``usage.<what>``."""


def no_such_command(name: str, commands: list[str], group: str) -> WrongUsage:
    """There is no command ``name`` in a group; names the nearest of its ``commands``."""
    near = get_close_matches(name, commands, n=1)
    key = "usage.no_such_command_near" if near else "usage.no_such_command"
    return WrongUsage(key, name=name, nearest=near[0] if near else "", command=group)


def translated(error: TyperException) -> WrongUsage:
    """The parser's own error as ours; told apart by name, for its classes are not public."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "doisoat"
    match type(error).__name__:
        case "NoSuchOption":
            return _no_such_option(error, command)
        case "MissingParameter":
            return WrongUsage("usage.missing_parameter", name=_parameter(error), command=command)
        case "BadParameter" | "BadOptionUsage" | "BadArgumentUsage":
            return WrongUsage("usage.bad_parameter", name=_parameter(error), command=command)
        case _ if context is not None and context.parent is None:
            return WrongUsage("usage.missing_command")
        case _:
            return WrongUsage("usage.other", command=command)


def _no_such_option(error: TyperException, command: str) -> WrongUsage:
    name = str(getattr(error, "option_name", ""))
    near = sorted(getattr(error, "possibilities", None) or ())
    key = "usage.no_such_option_near" if near else "usage.no_such_option"
    return WrongUsage(key, name=name, nearest=near[0] if near else "", command=command)


def _parameter(error: TyperException) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return str(getattr(error, "option_name", ""))
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name).upper()
