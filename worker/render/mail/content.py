"""What a mail says, already in words: the one thing that its HTML and its plain text share.

Everything is text a person reads; what comes from outside is bounded and in one line, yet not
escaped: that is the business of the template.
"""

from dataclasses import dataclass

from worker.core.alerts.letter import Letter
from worker.i18n import text
from worker.i18n.numbers import number
from worker.render.mail.attention import attention, troubles
from worker.render.mail.bridge import BridgeLine, bridge_alt, bridge_lines
from worker.render.mail.dossiers import DossierText, SoonText, dossier_text, soon_text
from worker.render.mail.figures import NumberText, numbers_of
from worker.render.mail.headline import headline_of
from worker.render.mail.notes import LinkText, footing, freshness, links_of, resent_lines
from worker.render.mail.subject import subject_of
from worker.render.mail.todo import todo_of
from worker.render.mail.words import unit_name

MOST_WARNINGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The mail from top to bottom. A heading is "" where nothing stands below it.

    ``headline`` says it in one sentence, ``details`` add to it. ``dossiers_more`` and
    ``warnings_more`` say how many more there are, "" where these are all.
    """

    language: str
    subject: str
    unit: str
    headline: str
    details: tuple[str, ...]
    numbers_title: str = ""
    numbers: tuple[NumberText, ...] = ()
    alerts_title: str
    alerts: tuple[str, ...]
    todo_title: str
    todo: tuple[str, ...]
    dossiers_title: str = ""
    dossiers: tuple[DossierText, ...] = ()
    dossiers_more: str = ""
    warnings_title: str = ""
    warnings: tuple[SoonText, ...] = ()
    warnings_more: str = ""
    bridge_title: str = ""
    bridge: tuple[BridgeLine, ...] = ()
    bridge_alt: str = ""
    fresh_title: str = ""
    fresh: tuple[str, ...] = ()
    links: tuple[LinkText, ...]
    answers: tuple[LinkText, ...] = ()
    answers_note: str = ""
    foot: tuple[str, ...]


def content_of(letter: Letter, attached: str | None) -> Content:
    """The words of a letter in the language in use; ``attached`` is the name of the workbook."""
    headline, *details = headline_of(letter)
    alerts = (*attention(letter), *troubles(letter))
    bridge = tuple(bridge_lines(letter))
    soon = letter.warnings[:MOST_WARNINGS]
    links, answers = links_of(letter.links)
    return Content(
        language=letter.language,
        subject=subject_of(letter),
        unit=unit_name(letter),
        headline=headline,
        details=(*details, *resent_lines(letter)),
        numbers_title=text("mail.number.title") if letter.figures else "",
        numbers=tuple(numbers_of(letter)),
        alerts_title=_alerts_title(letter) if alerts else "",
        alerts=alerts,
        todo_title=text("mail.todo.title"),
        todo=tuple(todo_of(letter)),
        dossiers_title=_dossiers_title(letter),
        dossiers=tuple(dossier_text(letter, each) for each in letter.urgent),
        dossiers_more=_more("dossiers", _total(letter) - len(letter.urgent)),
        warnings_title=_title("warnings", len(letter.warnings)),
        warnings=tuple(soon_text(letter, each) for each in soon),
        warnings_more=_more("warnings", len(letter.warnings) - len(soon)),
        bridge_title=text("mail.bridge.title") if bridge else "",
        bridge=bridge,
        bridge_alt=bridge_alt(bridge) if bridge else "",
        fresh_title=text("mail.fresh.title"),
        fresh=tuple(freshness(letter)),
        links=links,
        answers=answers,
        answers_note=text("mail.links.answer") if answers else "",
        foot=tuple(footing(letter, attached)),
    )


def _total(letter: Letter) -> int:
    return len(letter.dossiers) + letter.left_out


def _alerts_title(letter: Letter) -> str:
    over = letter.incidents and all(each.is_resolved for each in letter.incidents)
    return text("mail.alert.over_title" if over else "mail.alert.title")


def _dossiers_title(letter: Letter) -> str:
    if _total(letter) > len(letter.urgent):
        return text("mail.dossiers.title", n=number(len(letter.urgent)))
    return text("mail.dossiers.all", n=number(len(letter.dossiers))) if letter.dossiers else ""


def _title(part: str, count: int) -> str:
    return text(f"mail.{part}.title", n=number(count)) if count else ""


def _more(part: str, left: int) -> str:
    return text(f"mail.{part}.more", n=number(left)) if left > 0 else ""
