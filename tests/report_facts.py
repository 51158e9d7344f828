"""What a report is made of, written for the tests: two units that differ and one without dossiers.

Printed figures are those of the province's own folder.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from models.reconciliation import SyncHealth
from models.types import Category, Cause, CountView, Period, Side, UnitLevel
from tests.letters import dossier
from worker.core.alerts.letter import LetterFigures, LetterStep, SourceAge
from worker.core.index.assembly import ranked, unit_evaluation
from worker.core.index.evaluation import Evaluation
from worker.core.index.printed_values import printed_values
from worker.core.index.rules import rules_for
from worker.core.index.values import Origin, Value
from worker.core.reference import Province
from worker.core.times import local_day, parse_month
from worker.core.units import UnitDirectory
from worker.render.report.document import Letterhead
from worker.render.report.facts import (
    Facts,
    Index,
    Measured,
    PublishedSync,
    Reconciled,
    UnitFacts,
)
from worker.sources.folder import find_folder, read_folder
from worker.sources.index_rules import read_index_rules

AS_OF = datetime(2024, 7, 24, 9, tzinfo=UTC)
JULY = Period(date(2024, 7, 1), date(2024, 7, 31))
MONTHS = ("2024-04", "2024-06", "2024-07")
LETTERHEAD = Letterhead(
    authority_above="",
    authority="",
    place="Sóc Trăng",
    day=local_day(AS_OF),
    subject="báo cáo",
)


def counts(home: int, portal: int) -> dict[tuple[CountView, Category], int]:
    """Sixty dossiers more that nobody counts as late, on either side."""
    return {
        (CountView.PROVINCE, Category.RESOLVED_LATE): home,
        (CountView.PROVINCE, Category.RESOLVED_ON_TIME): 60,
        (CountView.PORTAL, Category.OPEN_LATE): portal,
        (CountView.PORTAL, Category.RESOLVED_ON_TIME): 60,
    }


def unit(code: str, name: str, figures: LetterFigures, **more: Any) -> UnitFacts:
    usual: dict[str, Any] = {
        "level": UnitLevel.DEPARTMENT,
        "counts": counts(figures.late_province, figures.late_portal),
        "health": SyncHealth(
            reconciliation_id=7, unit=code, received=57, on_portal=55, lag_p95=7500
        ),
        "published_sync": PublishedSync(54, 57),
    }
    return UnitFacts(code=code, name=name, figures=figures, **(usual | more))


INTERIOR = unit(
    "H51.12",
    "Sở Nội vụ",
    LetterFigures(
        late_province=15, late_by_portal_rule=17, late_portal=33, published=35, unexplained=2
    ),
    steps=(LetterStep(Cause.SUPPLEMENTS, 2), LetterStep(Cause.STATUS_BEHIND, 16)),
)
MY_TU = unit(
    "H51.35",
    "Huyện Mỹ Tú",
    LetterFigures(
        late_province=9, late_by_portal_rule=9, late_portal=8, published=8, unexplained=0
    ),
    level=UnitLevel.DISTRICT,
    steps=(LetterStep(Cause.NOT_ON_PORTAL, -1),),
)
FINANCE = unit(
    "H51.11",
    "Sở Tài chính",
    LetterFigures(late_province=0, late_by_portal_rule=0, late_portal=0),
    counts={},
    health=SyncHealth(reconciliation_id=7, unit="H51.11"),
    published_sync=PublishedSync(0, 0),
)
WHOLE = unit(
    "H51",
    "Tỉnh Sóc Trăng",
    LetterFigures(
        late_province=24, late_by_portal_rule=26, late_portal=41, published=43, unexplained=2
    ),
    level=UnitLevel.PROVINCE,
    steps=(
        LetterStep(Cause.SUPPLEMENTS, 2),
        LetterStep(Cause.NOT_ON_PORTAL, -1),
        LetterStep(Cause.STATUS_BEHIND, 16),
    ),
)
RECONCILED = Reconciled(
    number=7,
    as_of=AS_OF,
    complete=True,
    whole=WHOLE,
    units=(FINANCE, INTERIOR, MY_TU),
    dossiers=(dossier(1, Cause.STATUS_BEHIND), dossier(2, Cause.NOT_ON_PORTAL, -1)),
    measured=Measured(7, AS_OF, complete=True),
    ages=(SourceAge(source="tinh", side=Side.PROVINCE, read_at=AS_OF - timedelta(minutes=3)),),
    rules={"tinh": "opencps_month"},
)


def soc_trang() -> Province:
    return read_folder(find_folder("soc-trang", Path()))


def evaluation(
    province: Province, month: str, published: dict[str, Value] | None = None
) -> Evaluation:
    """What the folder has printed of a month; the portal publishes the same of every unit."""
    period = parse_month(month)
    rules = rules_for(read_index_rules(), period)
    printed = defaultdict(list)
    for figure in province.figures:
        if figure.period == period:
            printed[figure.unit].append(figure)
    told = [
        unit_evaluation(
            each,
            rules,
            {
                Origin.PRINTED: printed_values(printed[each.code]),
                Origin.PUBLISHED: published or {},
            },
            {},
            Origin.PUBLISHED,
        )
        for each in province.units
        if each.begun_by(period.last)
    ]
    return Evaluation(
        period=period,
        as_of=AS_OF,
        provisional=month == MONTHS[-1],
        rules=rules,
        province=told[0],
        units=ranked(told[1:]),
    )


def index(published: dict[str, Value] | None = None) -> Index:
    """July beside June and April, as document 2326/UBND-TTHC prints them."""
    province = soc_trang()
    april, june, july = (evaluation(province, month) for month in MONTHS)
    if published is not None:
        july = evaluation(province, MONTHS[-1], published)
    return Index(july, (june, april), UnitDirectory(province.units))


def facts(**more: Any) -> Facts:
    usual: dict[str, Any] = {
        "province": "Tỉnh Sóc Trăng",
        "code": "H51",
        "period": JULY,
        "written_at": AS_OF,
        "letterhead": LETTERHEAD,
        "reconciled": RECONCILED,
    }
    return Facts(**(usual | more))
