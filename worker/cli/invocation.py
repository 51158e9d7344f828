"""One call of the program: what it was given, and its settings once they are needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.errors import SettingsError
from worker.i18n import use_language
from worker.settings.environment import early_data_dir

if TYPE_CHECKING:
    from worker.settings.model import Settings

JsonOption = Annotated[bool, typer.Option("--json", help="cli.option.json")]


@dataclass(slots=True)
class Invocation:
    """What every command gets as ``ctx.obj``."""

    environment: Mapping[str, str]
    working_folder: Path
    config: Path | None = None
    log_file: Path | None = field(init=False)

    def __post_init__(self) -> None:
        """Until the settings are read the log stands in the folder the environment names."""
        self.log_file = early_data_dir(self.environment, self.working_folder) / "doisoat.log"


def invocation(ctx: typer.Context) -> Invocation:
    """The invocation this command belongs to."""
    found: Invocation = ctx.find_root().obj
    return found


def open_settings(ctx: typer.Context) -> "Settings":
    """Read the settings, speak their language, and log where they say until the command ends.

    Raises:
        SettingsError: They are missing or wrong, or the data folder can't be written to.
    """
    from worker.log import logging_to
    from worker.settings.load import load_settings

    call = invocation(ctx)
    settings = load_settings(
        call.config, environment=call.environment, working_folder=call.working_folder
    )
    use_language(settings.language)
    call.log_file = settings.log_file
    try:
        ctx.with_resource(logging_to(settings.log_file, settings.log_level))
    except OSError as error:
        raise SettingsError("data_dir_unwritable", folder=str(settings.data_dir)) from error
    return settings
