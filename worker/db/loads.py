"""Files that were brought in: which run holds what a file says."""

from sqlmodel import Session, col, select

from models.source import SyncRun
from models.types import RunState


def run_of_file(
    session: Session, source_id: int, stage: str, sha256: str, sheet: str
) -> SyncRun | None:
    """The newest run that wrote all of a sheet with this very content for a source."""
    request = col(SyncRun.request)
    query = select(SyncRun).where(
        SyncRun.source_id == source_id,
        SyncRun.stage == stage,
        SyncRun.state == RunState.COMPLETE,
        request["sha256"].as_string() == sha256,
        request["sheet"].as_string() == sheet,
    )
    return session.exec(query.order_by(col(SyncRun.id).desc()).limit(1)).one_or_none()
