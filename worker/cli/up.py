"""``doisoat up``: worker, beat and console on one machine, kept alive until stopped."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from worker.cli.doors import way_in
from worker.cli.invocation import Invocation, invocation, open_settings
from worker.cli.output import complain

if TYPE_CHECKING:
    from worker.settings.model import Settings
    from worker.supervisor import Member

# What looks after the rest has processes of its own, so that long runs never keep it waiting.
_MEMBERS: Mapping[str, Sequence[str]] = {
    "worker": ("worker", "--queues", "sources,compute", "--concurrency", "2"),
    "tender": ("worker", "--queues", "tend", "--concurrency", "2"),
    "beat": ("beat",),
    "console": ("console",),
}


def run(ctx: typer.Context) -> int:
    """Keep everything alive until told to stop."""
    settings = open_settings(ctx)
    from worker.bootstrap import services
    from worker.i18n import text
    from worker.journey.doors import address_of_console
    from worker.supervisor import Supervisor

    with services(settings) as joined:
        # Whatever would keep the members from working is said here, in one sentence.
        door = way_in(joined, address_of_console(settings))
    call = invocation(ctx)
    supervisor = Supervisor(_members(call), call.environment)
    supervisor.run(lambda: _tell(settings, door))
    complain(text("up.stopped"))
    return 0


def _members(call: Invocation) -> "list[Member]":
    from worker.supervisor import Member

    config = () if call.config is None else ("--config", str(call.config))
    return [
        Member(name, (*arguments, *config, "--supervised")) for name, arguments in _MEMBERS.items()
    ]


def _tell(settings: "Settings", door: str) -> None:
    from worker.i18n import text

    members = ", ".join(_MEMBERS)
    complain(text("up.started", members=members, log=settings.log_file or "stderr"))
    complain(door)
    complain(text("up.stop"))
