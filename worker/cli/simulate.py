"""``doisoat simulate``: both upstreams with an invented world behind them, until Ctrl-C."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.invocation import JsonOption, invocation
from worker.cli.options import AsOfOption, instant_of
from worker.cli.output import plain, show
from worker.cli.usage import WrongUsage

if TYPE_CHECKING:
    from worker.simulator.faults import FaultPlan
    from worker.simulator.manners import ResendPlan
    from worker.simulator.server import ProvinceKind, SimulatedEndpoints, SimulatorOptions
    from worker.simulator.world import World

_LARGEST_SHARE = 0.5

ProvinceOption = Annotated[
    str, typer.Option("--province", metavar="FOLDER", help="cli.option.province_folder")
]
CodeOption = Annotated[str, typer.Option("--code", metavar="H51", help="cli.option.province_code")]
DossiersOption = Annotated[
    int | None, typer.Option("--dossiers", metavar="N", min=1, help="cli.option.dossiers")
]
SeedOption = Annotated[int, typer.Option("--seed", metavar="S", help="cli.option.seed")]
BrokenOption = Annotated[
    int, typer.Option("--broken", metavar="N", min=0, help="cli.option.broken")
]
PortalOnlyOption = Annotated[
    int, typer.Option("--portal-only", metavar="N", min=0, help="cli.option.portal_only")
]
FaultsOption = Annotated[
    str | None, typer.Option("--faults", metavar="A,B", help="cli.option.faults")
]
ShareOption = Annotated[
    float,
    typer.Option(
        "--fault-share", metavar="X", min=0, max=_LARGEST_SHARE, help="cli.option.fault_share"
    ),
]
ResendsOption = Annotated[
    str | None, typer.Option("--resends", metavar="A,B", help="cli.option.resends")
]
HostOption = Annotated[str, typer.Option("--host", metavar="HOST", help="cli.option.host")]
KindOption = Annotated[str, typer.Option("--kind", metavar="KIND", help="cli.option.kind")]
MinistryOption = Annotated[
    float, typer.Option("--ministry-share", metavar="X", min=0, max=1, help="cli.option.ministry")
]
OpenCpsPortOption = Annotated[
    int, typer.Option("--opencps-port", metavar="P", min=0, max=65535, help="cli.option.port_home")
]
PortalPortOption = Annotated[
    int, typer.Option("--portal-port", metavar="P", min=0, max=65535, help="cli.option.port_portal")
]
TruthOption = Annotated[
    Path | None, typer.Option("--truth", metavar="FILE", help="cli.option.truth")
]
ConfigOutOption = Annotated[
    Path | None, typer.Option("--config-out", metavar="FILE", help="cli.option.config_out")
]
# For a caller that must not leave us behind, however it ends.
CallerOption = Annotated[bool, typer.Option("--until-input-ends", hidden=True)]


def run(  # noqa: PLR0913 - one for each thing that can be asked for
    ctx: typer.Context,
    *,
    province: ProvinceOption = "soc-trang",
    code: CodeOption = "H51",
    dossiers: DossiersOption = None,
    seed: SeedOption = 1,
    as_of: AsOfOption = None,
    broken: BrokenOption = 0,
    portal_only: PortalOnlyOption = 0,
    faults: FaultsOption = None,
    fault_share: ShareOption = 0.05,
    resends: ResendsOption = None,
    kind: KindOption = "opencps",
    ministry_share: MinistryOption = 0,
    host: HostOption = "127.0.0.1",
    opencps_port: OpenCpsPortOption = 0,
    portal_port: PortalPortOption = 0,
    truth: TruthOption = None,
    config_out: ConfigOutOption = None,
    until_input_ends: CallerOption = False,
    as_json: JsonOption = False,
) -> int:
    """Serve an invented world until interrupted."""
    from worker.simulator.server import SimulatorOptions, serve

    folder = invocation(ctx).working_folder
    plan = _fault_plan(faults, fault_share, seed)
    options = SimulatorOptions(
        host=host,
        province_kind=_kind(kind),
        opencps_port=opencps_port,
        portal_port=portal_port,
        faults=plan,
        portal_faults=plan,
        resends=_resend_plan(resends),
    )
    at = instant_of(as_of) if as_of else None
    sizes = {"seed": seed, "dossiers": dossiers, "broken": broken, "portal_only": portal_only}
    world, software = _shared(_world(folder, province, code, at, sizes), ministry_share)
    options = replace(options, ministry=software)
    if truth is not None:
        _write_truth(world, folder / truth)

    def ready(endpoints: "SimulatedEndpoints") -> None:
        if config_out is not None:
            from worker.cli.simulated_config import write_config

            write_config(_told(world, endpoints), province, folder, folder / config_out)
        _announce(world, endpoints, as_json=as_json)

    if until_input_ends:
        _leave_with_caller()
    _serve(lambda: serve(world, options=options, ready=ready), options)
    return 0


def _shared(world: "World", share: float) -> "tuple[World, World | None]":
    """The world as the province's system has it, and what line-ministry software has."""
    from worker.simulator.ministry import handed_over

    return handed_over(world, share) if share else (world, None)


def _kind(written: str) -> "ProvinceKind":
    from worker.simulator.server import PROVINCE_KINDS

    for kind in PROVINCE_KINDS:
        if written.lower() == kind:
            return kind
    allowed = ", ".join(PROVINCE_KINDS)
    raise WrongUsage("usage.not_one_of", name="--kind", value=written, allowed=allowed)


def _serve(serve: Any, options: "SimulatorOptions") -> None:
    from worker.errors import SettingsError

    try:
        serve()
    except OSError as error:
        ports = f"{options.opencps_port}, {options.portal_port}"
        raise SettingsError("port_taken", host=options.host, ports=ports) from error


def _world(
    folder: Path, province: str, code: str, as_of: datetime | None, sizes: dict[str, Any]
) -> "World":
    from worker.simulator.build import DEFAULT_AS_OF, WorldOptions, build_world
    from worker.sources.calendars import national_calendar
    from worker.sources.folder import find_folder, read_folder

    reference = read_folder(find_folder(province, folder))
    calendar = national_calendar(folder).calendar.with_own_days(reference.calendar)
    options = WorldOptions(as_of=as_of or DEFAULT_AS_OF, **sizes)
    try:
        return build_world(reference, code, calendar, options)
    except ValueError:
        raise WrongUsage("usage.no_world") from None


def _fault_plan(names: str | None, share: float, seed: int) -> "FaultPlan":
    from worker.simulator.faults import NO_FAULTS, Fault, FaultPlan

    if names is None:
        return NO_FAULTS
    wanted = _chosen("--faults", names, list(Fault))
    return FaultPlan(shares={Fault(name): share / len(wanted) for name in wanted}, seed=seed)


def _resend_plan(names: str | None) -> "ResendPlan | None":
    from worker.simulator.manners import Manner, ResendPlan

    if names is None:
        return None
    return ResendPlan(manners=tuple(map(Manner, _chosen("--resends", names, list(Manner)))))


def _chosen(option: str, names: str, allowed: Sequence[str]) -> list[str]:
    wanted = [name.strip().lower().replace("-", "_") for name in names.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in allowed]
    if unknown or not wanted:
        value, known = ", ".join(unknown), ", ".join(allowed)
        raise WrongUsage("usage.not_one_of", name=option, value=value, allowed=known)
    return wanted


def _write_truth(world: "World", file: Path) -> None:
    from worker.cli.files import write_text
    from worker.simulator.truth import truth

    write_text(file, json.dumps(truth(world), ensure_ascii=False, indent=2) + "\n")


def _announce(world: "World", endpoints: "SimulatedEndpoints", *, as_json: bool) -> None:
    told = _told(world, endpoints)
    if as_json:
        sys.stdout.write(json.dumps(told, ensure_ascii=False, default=plain) + "\n")
    else:
        from worker.i18n import text
        from worker.i18n.numbers import instant, number

        show(
            text("cli.simulate.invented", dossiers=number(told["dossiers"])),
            text("cli.simulate.as_of", instant=instant(world.as_of)),
            *(text(f"cli.simulate.{name}", value=told[name]) for name in _SHOWN),
            text("cli.simulate.stop"),
        )
    sys.stdout.flush()


_SHOWN = (
    "province_url",
    "adapter_url",
    "reporting_url",
    "root_department_id",
    "group_id",
    "username",
    "password",
)


def _told(world: "World", endpoints: "SimulatedEndpoints") -> dict[str, Any]:
    """Everything a configuration needs; the account is an invented one."""
    from dataclasses import asdict

    return asdict(endpoints) | {"as_of": world.as_of, "dossiers": len(world.planted)}


def _leave_with_caller() -> None:
    """End as soon as our input does: the caller holds its other end, and the system closes it."""
    import signal
    import threading

    def wait() -> None:
        # Not through sys.stdin: its lock would be held while the interpreter ends.
        while os.read(0, 1):
            pass
        signal.raise_signal(signal.SIGTERM)

    threading.Thread(target=wait, name="caller", daemon=True).start()
