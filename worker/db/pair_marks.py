"""Marking dossiers whose records came from, or went to, another one: no time of it is kept."""

from collections.abc import Collection

from sqlalchemy import text
from sqlmodel import Session

from worker.db import link_marks
from worker.db.stored import listed, one_of

_RUNGS = ("own", "home", "other")
_FLAGS = ", ".join(f"{rung}_looks_ahead, {rung}_waiting, {rung}_weight" for rung in _RUNGS)
_UNSET = ", ".join(["FALSE, FALSE, 1"] * len(_RUNGS))
# One that no pair has judged yet is entered as nothing, or nobody would look.
_MARK = f"""
    INSERT INTO pairverdict (province_source_id, portal_source_id, dossier_id,
        is_plain, is_stale, is_presumed, {_FLAGS})
    SELECT province_source_id, portal_source_id, id, TRUE, TRUE, FALSE, {_UNSET}
    FROM pairstate CROSS JOIN dossier WHERE {{dossiers}}
    ON CONFLICT (province_source_id, portal_source_id, dossier_id) DO UPDATE SET is_stale = TRUE"""  # noqa: S608 - our own names


def mark_stale(session: Session, dossiers: Collection[int]) -> None:
    """What any pair has judged of these dossiers holds no longer, nor who may be one of them."""
    if dossiers:
        link_marks.mark(session, dossiers)
        statement = text(_MARK.format(dossiers=one_of(session, "id")))
        session.connection().execute(statement, {"ids": listed(dossiers)})
