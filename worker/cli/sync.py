"""``doisoat sync``: the whole journey, from both sources to the reconciled table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.invocation import JsonOption
from worker.cli.options import SourceOption, UnitOption, day_of, known_source, unit_of
from worker.cli.output import complain, print_json, show
from worker.cli.reconcile import INCOMPLETE
from worker.cli.stored import opened
from worker.cli.who import reason_of, whoever

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.bootstrap import Services
    from worker.core.outcome import Report
    from worker.journey import Travelled, Wish

UNREACHED = 1
_SIGNS_OF_LIFE = ("pages", "looked_up", "published")

SinceOption = Annotated[
    str | None, typer.Option("--since", metavar="2024-07-01", help="cli.option.since")
]
FullOption = Annotated[bool, typer.Option("--full", help="cli.option.full")]
PullOnlyOption = Annotated[bool, typer.Option("--pull-only", help="cli.option.pull_only")]
WaitOption = Annotated[bool, typer.Option("--wait", help="cli.option.wait")]
ByOption = Annotated[str | None, typer.Option("--by", metavar="WHO", help="cli.option.by")]
ReasonOption = Annotated[str | None, typer.Option("--reason", metavar="WHY", help="cli.option.why")]


@dataclass(frozen=True, slots=True)
class Journey:
    """What came of a journey: a run a source as ``runs --json`` shows it, and the report.

    ``troubles`` are sentences on what went wrong beside the runs, such as figures that stayed away.
    """

    runs: tuple[dict[str, Any], ...]
    report: "Report | None"
    troubles: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 complete, 4 incomplete, 1 where a source was not reached at all."""
        unfinished = [item for item in self.runs if item["state"] != "complete"]
        if any(item["error"] and not _was_reached(item) for item in unfinished):
            return UNREACHED
        return INCOMPLETE if unfinished else 0


def _was_reached(item: dict[str, Any]) -> bool:
    return any(item["counts"].get(name) for name in _SIGNS_OF_LIFE)


def run(  # noqa: PLR0913 - one for each thing that can be asked for
    ctx: typer.Context,
    *,
    source: SourceOption = None,
    unit: UnitOption = None,
    since: SinceOption = None,
    full: FullOption = False,
    pull_only: PullOnlyOption = False,
    by: ByOption = None,
    reason: ReasonOption = None,
    wait: WaitOption = False,
    as_json: JsonOption = False,
) -> int:
    """Pull both sides, reconcile, print what came of it."""
    day = day_of(since) if since else None
    with opened(ctx) as services:
        from worker.journey import Wish

        source = known_source(services.settings, source)
        wish = Wish(
            source=source,
            unit=unit_of(services.directory, unit).code if unit else None,
            since=day,
            full=full,
            pull_only=pull_only,
            by=by or whoever(ctx),
            reason=reason if wait else reason_of(reason, required=False),
        )
        if not wait:
            return _queued(services, wish, as_json=as_json)
        journey = travelled(services, wish)
        if not pull_only:
            _send_mails(services)
    if as_json:
        told = {"runs": list(journey.runs), "troubles": list(journey.troubles)}
        print_json(told | {"reconciliation": journey.report})
    else:
        show_journey(journey)
    return journey.exit_code


def _send_mails(services: "Services") -> None:
    """Send what the journey wrote; what can't go now waits, and the doctor tells of it."""
    from worker.i18n import text
    from worker.i18n.numbers import number
    from worker.journey.delivering import send_mail_now

    counts = send_mail_now(services)
    if counts and any(counts.values()):
        sent = number(counts.pop("sent"))
        complain(text("mails.round", sent=sent, left=number(sum(counts.values()))))


def _queued(services: "Services", wish: "Wish", *, as_json: bool) -> int:
    """Put the journey in the queue, tell the workers, and say by what number to follow it."""
    from worker.journey.operating import start_sync
    from worker.render.runs import queued_lines
    from worker.tasks.announce import announce

    ids = start_sync(services, wish)
    told = announce(services, ids)
    items = _items(services, ids)
    if as_json:
        print_json({"run": ids[0], "runs": items, "troubles": [], "reconciliation": None})
    else:
        show(*queued_lines(items, told=told))
    return 0


def _items(services: "Services", ids: "Sequence[int]") -> list[dict[str, Any]]:
    from sqlmodel import Session

    from worker.db.runs import get_run
    from worker.db.sources import source_names
    from worker.render.lists import run_item

    with Session(services.engine) as session:
        names = source_names(session)
        rows = [get_run(session, key) for key in ids]
        return [run_item(row, names.get(row.source_id or 0, "")) for row in rows]


def travelled(services: "Services", wish: "Wish") -> Journey:
    """Run the journey with a progress bar, and collect what its runs counted."""
    from worker.cli.progress import watching
    from worker.i18n import sentence
    from worker.journey import travel

    with watching() as watch:
        done = travel(services, wish, watch)
    runs = tuple(_runs(services, done))
    said = {item["error"] for item in runs}
    troubles = dict.fromkeys(map(sentence, done.troubles))
    return Journey(runs, done.report, tuple(each for each in troubles if each not in said))


def _runs(services: "Services", done: "Travelled") -> list[dict[str, Any]]:
    from sqlmodel import Session

    from worker.db.runs import last_run
    from worker.db.sources import source_id
    from worker.render.lists import run_item

    with Session(services.engine) as session:
        last = {name: last_run(session, source_id(session, name)) for name in done.states}
        return [run_item(row, name) for name, row in last.items() if row is not None]


def show_journey(journey: Journey) -> None:
    """The sources' table, the reconciliation's, and what to do where something is missing."""
    from worker.i18n import text
    from worker.render.pairs import pairs_tables
    from worker.render.reconciliation import reconciliation_table
    from worker.render.sync import journey_table

    show(*journey_table(journey.runs))
    if journey.report is not None:
        show(*reconciliation_table(journey.report), *pairs_tables(journey.report["pairs"]))
    for trouble in journey.troubles:
        complain(text("cli.sync.beside", trouble=trouble))
    if journey.exit_code == INCOMPLETE:
        complain(text("cli.sync.again"))
