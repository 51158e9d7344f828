"""The addresses of every page, with something to show on each."""

from sqlmodel import Session, col, select

from models.incident import Incident
from models.mail import OutboundMail
from models.reconciliation import Discrepancy
from models.source import SyncRun
from tests.console.conftest import Console
from worker.bootstrap import services
from worker.console.navigation import MENU

MISSING = "/khong-co-trang-nay"


def paths_in(console: Console) -> list[str]:
    """The menu's pages, and one of each that lies below."""
    menu = [each.path for group in MENU for each in group.entries]
    with services(console.settings) as found, Session(found.engine) as session:
        open_one = session.exec(select(Discrepancy).order_by(col(Discrepancy.id)).limit(1)).one()
        below = [
            f"/units/{open_one.unit}",
            f"/discrepancies?unit={open_one.unit}&cause={open_one.cause.value}",
            "/discrepancies?q=khong-co",
            f"/dossiers/{open_one.dossier_id}",
            "/dossiers?q=khong-co",
            f"/dossiers?unit={open_one.unit}&view=late_portal",
            "/runs/new",
            "/account",
            "/mails",
            "/mails/recipients",
            "/units/H99",
            "/resends/new?unit=" + open_one.unit,
            "/index/months",
            f"/index/units/{open_one.unit}",
            "/reports/statements",
            "/reports/sign",
            "/names/units",
            "/names/procedures",
            "/names/links",
            "/names/links/waiting",
            "/names/links/decide",
            "/sources/tinh",
            "/help/figures",
            "/help/causes",
            "/help/failures",
            "/help/officer",
            "/help/operator",
            "/runs/schedule",
            MISSING,
        ]
        for path, number in (
            ("runs", select(SyncRun.id)),
            ("incidents", select(Incident.id)),
            ("mails", select(OutboundMail.id)),
        ):
            key = session.exec(number.limit(1)).first()
            below += [f"/{path}/{key}"] if key else []
    return [*menu, *below]
