"""``doisoat init``: a first settings file, tested before it is written."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.files import write_text
from worker.cli.invocation import Invocation, invocation
from worker.cli.options import instant_of
from worker.cli.output import complain, show
from worker.cli.questions import agree
from worker.errors import DoisoatError, SettingsError

if TYPE_CHECKING:
    from worker.cli.interview import Answers
    from worker.settings.draft import Draft

Answer = str | None


def _option(name: str, metavar: str = "...") -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        f"--{name}", metavar=metavar, help=f"init.ask.{name.replace('-', '_')}"
    )
    return option


FileOption = Annotated[Path, typer.Option("--file", metavar="FILE", help="cli.option.init_file")]
ForceOption = Annotated[bool, typer.Option("--force", help="cli.option.force")]
UncheckedOption = Annotated[bool, typer.Option("--no-check", help="cli.option.no_check")]
KeepOption = Annotated[
    bool | None,
    typer.Option("--write-passwords/--no-write-passwords", help="init.ask.write_passwords"),
]
NowOption = Annotated[Answer, typer.Option("--now", metavar="T", help="cli.option.now")]


def run(  # noqa: PLR0913 - one for each question
    ctx: typer.Context,
    *,
    file: FileOption = Path("doisoat.toml"),
    force: ForceOption = False,
    no_check: UncheckedOption = False,
    code: Annotated[Answer, _option("code", "H51")] = None,
    name: Annotated[Answer, _option("name")] = None,
    seeds: Annotated[Answer, _option("seeds", "FOLDER")] = None,
    kind: Annotated[Answer, _option("kind", "KIND")] = None,
    source_url: Annotated[Answer, _option("source-url", "URL")] = None,
    source_user: Annotated[Answer, _option("source-user")] = None,
    source_password_file: Annotated[Answer, _option("source-password-file", "FILE")] = None,
    group_id: Annotated[Answer, _option("group-id")] = None,
    sso_url: Annotated[Answer, _option("sso-url", "URL")] = None,
    client_id: Annotated[Answer, _option("client-id")] = None,
    adapter_url: Annotated[Answer, _option("adapter-url", "URL")] = None,
    portal_user: Annotated[Answer, _option("portal-user")] = None,
    portal_password_file: Annotated[Answer, _option("portal-password-file", "FILE")] = None,
    reporting_url: Annotated[Answer, _option("reporting-url", "URL")] = None,
    root_department_id: Annotated[Answer, _option("root-department-id")] = None,
    write_passwords: KeepOption = None,
    now: NowOption = None,
) -> int:
    """Ask, test, write."""
    from worker.cli.interview import Interview

    call = invocation(ctx)
    target = call.working_folder / file
    if target.exists() and not force:
        raise SettingsError("settings_file_exists", file=str(file))
    given = {
        "code": code,
        "name": name,
        "seeds": seeds,
        "kind": kind,
        "source-url": source_url,
        "source-user": source_user,
        "source-password-file": source_password_file,
        "group-id": group_id,
        "sso-url": sso_url,
        "client-id": client_id,
        "adapter-url": adapter_url,
        "portal-user": portal_user,
        "portal-password-file": portal_password_file,
        "reporting-url": reporting_url,
        "root-department-id": root_department_id,
    }
    interview = Interview(given, call.environment, call.working_folder)
    answers = interview.hold(instant_of(now) if now else None)
    if not no_check and not _is_sound(answers, target):
        return 1
    _write(call, answers, target, keep=agree("write-passwords", write_passwords, default=True))
    return 0


def _is_sound(answers: "Answers", target: Path) -> bool:
    """Log in everywhere and look up three dossiers; says what it saw."""
    from worker.cli.trial import tried
    from worker.i18n import sentence, text

    show(text("init.testing"))
    try:
        show(*tried(answers, target.parent))
    except DoisoatError as error:
        complain(sentence(error))
        complain(text("init.not_written", file=target.name))
        return False
    return True


def _write(call: Invocation, answers: "Answers", target: Path, *, keep: bool) -> None:
    from worker.i18n import text

    draft = answers.draft
    if keep:
        draft = _with_password_files(answers, target)
    write_text(target, draft.toml())
    inside = target.is_relative_to(call.working_folder)
    shown = target.relative_to(call.working_folder) if inside else target
    show(text("init.written", file=shown))
    if keep:
        files = (draft.password_file, draft.portal_password_file)
        show(text("init.passwords_written", files=", ".join(filter(None, files))))
    else:
        show(text("init.passwords_wanted", variables=", ".join(answers.variables)))
    show(text("init.next"))


def _with_password_files(answers: "Answers", target: Path) -> "Draft":
    from dataclasses import replace

    files = {source: f"{target.stem}.{source}.password" for source in answers.passwords}
    for source, password in answers.passwords.items():
        write_text(target.with_name(files[source]), password + "\n", secret=True)
    portal = files["cong"]
    return replace(answers.draft, password_file=files.get("tinh"), portal_password_file=portal)
