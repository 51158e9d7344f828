"""The rates of index 766 in the store: counted over dossiers, kept beside a reconciliation."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, insert, or_, text
from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, exists, func, select

from models.dossier import DossierRecord
from models.indicator import IndicatorValue
from models.pair import PairVerdict
from models.rates import Indicator
from models.reconciliation import LateCount, SyncHealth
from models.types import Category, CountView, Side, Status
from worker.core.indicators import (
    NO_DOSSIERS,
    WHOLE,
    Group,
    Key,
    Rate,
    on_time,
    rates_of,
)
from worker.core.verdict import Span
from worker.db.cases import Sides

_VIEW_OF = {CountView.PROVINCE: Side.PROVINCE, CountView.PORTAL: Side.PORTAL}
_WITH_RESULT = (Status.FINISHED, Status.RETURNED)
# As an index of them says it.
_ENTANGLED = text("NOT pairverdict.is_plain")

Condition = ColumnElement[bool]


def count(session: Session, sides: Sides, span: Span, heirs: Mapping[str, str]) -> dict[Key, Rate]:
    """The rates that rest on traits, by unit and side, over the dossiers received in a window.

    Each side counts by its own records: those received in the window, and not gone by the as-of
    instant. What a record says, traits above all, is today's view: the past of traits is not asked.
    A dossier that a source holds twice counts once: by a record with a result where there is one,
    else by the first in order of external ids. On the portal's side a dossier it shows no record
    of, but is presumed to have, is untold. It is told by the province's system, else by
    line-ministry software. One that the portal said it does not know has no part.

    Which dossiers are held twice or presumed, the pair's verdicts say: reconciling brings them up
    to date. Where they never were, records are counted one by one, and none is presumed.
    """
    groups: dict[Side, list[Group]] = {Side.PROVINCE: [], Side.PORTAL: []}
    side_of = {sides.province_id: Side.PROVINCE, sides.portal_id: Side.PORTAL}
    for source, group in _counted(session, sides, span, _is_of(*side_of)):
        groups[side_of[source]].append(group)
    for _, group in _counted(session, sides, span, _is_presumed(sides)):
        groups[Side.PORTAL].append(replace(group, is_asked=False))
    return {
        key: rate for side in groups for key, rate in rates_of(groups[side], side, heirs).items()
    }


def _counted(
    session: Session, sides: Sides, span: Span, among: Condition
) -> Iterator[tuple[int, Group]]:
    """Records received in the window that count alike, by source; one of each dossier.

    Those held twice are few, and asked for apart: in one question they would slow down all others.
    """
    record = DossierRecord
    is_resolved = case((_is_resolved(record, span), 1), else_=0).label("is_resolved")
    alike = (*map(col, (record.source_id, record.unit, record.traits, record.traits_told)),)
    query = (
        sql_select(*alike, is_resolved, func.count().label("number"))
        .where(*_received(record, span, sides.as_of), among)
        # By its name: written out twice, its values would be parameters that differ.
        .group_by(*alike, "is_resolved")
    )
    alone = ~exists().where(*_verdict(sides), _ENTANGLED)
    first_of_two = and_(_is_entangled(sides), ~_came_before(span, sides.as_of))
    for once in (alone, first_of_two):
        for row in session.connection().execute(query.where(once)):
            group = Group(
                unit=row.unit,
                traits=row.traits,
                told=row.traits_told,
                is_resolved=bool(row.is_resolved),
                count=row.number,
            )
            yield row.source_id, group


def _is_resolved(record: type[DossierRecord], span: Span) -> Condition:
    """Whether there can be a result: by the cut-off, or nobody says since when."""
    ended = func.coalesce(col(record.finished_at), col(record.returned_at))
    in_time = or_(ended.is_(None), ended <= span.cutoff)
    return and_(col(record.status).in_(_WITH_RESULT), in_time)


def _received(record: type[DossierRecord], span: Span, as_of: datetime) -> list[Condition]:
    return [
        col(record.received_at) >= span.start,
        col(record.received_at) <= span.cutoff,
        _is_there(record, as_of),
    ]


def _is_there(record: type[DossierRecord], as_of: datetime) -> Condition:
    return or_(col(record.gone_at).is_(None), col(record.gone_at) > as_of)


def _came_before(span: Span, as_of: datetime) -> Condition:
    """Whether its source holds the dossier in another record as well, and that one counts."""
    first = aliased(DossierRecord)
    there, here = (_is_resolved(each, span) for each in (first, DossierRecord))
    earlier = and_(or_(there, ~here), col(first.external_id) < col(DossierRecord.external_id))
    return exists().where(
        col(first.dossier_id) == col(DossierRecord.dossier_id),
        col(first.source_id) == col(DossierRecord.source_id),
        or_(and_(there, ~here), earlier),
        *_received(first, span, as_of),
    )


def _is_entangled(sides: Sides) -> Condition:
    """Whether a side holds the dossier twice, or line-ministry software holds it."""
    among = select(PairVerdict.dossier_id).where(*_of_pair(sides), _ENTANGLED)
    return col(DossierRecord.dossier_id).in_(among)


def _of_pair(sides: Sides) -> list[Condition]:
    return [
        col(PairVerdict.province_source_id) == sides.province_id,
        col(PairVerdict.portal_source_id) == sides.portal_id,
    ]


def _verdict(sides: Sides) -> list[Condition]:
    return [*_of_pair(sides), col(PairVerdict.dossier_id) == col(DossierRecord.dossier_id)]


def _is_of(*sources: int) -> Condition:
    return col(DossierRecord.source_id).in_(sources)


def _is_presumed(sides: Sides) -> Condition:
    """Held at home, and presumed on the portal, which shows no record of it."""
    verdict = exists().where(*_verdict(sides), col(PairVerdict.is_presumed))
    homes = (sides.province_id, *sides.elsewhere_ids)
    told = [
        and_(_is_of(home), ~_is_held_by((sides.portal_id, *homes[:place]), sides.as_of))
        for place, home in enumerate(homes)
    ]
    return and_(verdict, or_(*told))


def _is_held_by(sources: Sequence[int], as_of: datetime) -> Condition:
    other = aliased(DossierRecord)
    return exists().where(
        col(other.dossier_id) == col(DossierRecord.dossier_id),
        col(other.source_id).in_(sources),
        _is_there(other, as_of),
    )


def carried(session: Session, reconciliation_id: int) -> dict[Key, Rate]:
    """The rates whose counts a reconciliation and its sync health hold already, by unit.

    ON_TIME of the province by its own rule and of the portal by the portal's. SYNC, of what the
    portal holds, and RECEPTION, of what the province received, have one side each. Like those
    counts, these take a dossier that was not looked up for what home tells of it.
    """
    return _on_time(session, reconciliation_id) | _of_health(session, reconciliation_id)


def _on_time(session: Session, reconciliation_id: int) -> dict[Key, Rate]:
    query = select(LateCount).where(
        LateCount.reconciliation_id == reconciliation_id, col(LateCount.view).in_(_VIEW_OF)
    )
    counts: defaultdict[tuple[str, Side], dict[Category, int]] = defaultdict(dict)
    for row in session.exec(query):
        counts[row.unit, _VIEW_OF[row.view]][row.category] = row.count
    return {(*key, Indicator.ON_TIME): on_time(each) for key, each in counts.items()}


def _of_health(session: Session, reconciliation_id: int) -> dict[Key, Rate]:
    query = select(SyncHealth).where(
        SyncHealth.reconciliation_id == reconciliation_id, SyncHealth.unit != WHOLE
    )
    rates: dict[Key, Rate] = {}
    for row in session.exec(query):
        received_in_time = row.filed_online - row.received_late
        rates[row.unit, Side.PORTAL, Indicator.SYNC] = Rate(row.on_portal, row.received)
        rates[row.unit, Side.PROVINCE, Indicator.RECEPTION] = Rate(
            received_in_time, row.filed_online
        )
    return rates


def store(session: Session, reconciliation_id: int, rates: Mapping[Key, Rate]) -> None:
    """Keep the rates of a reconciliation in place of those kept before."""
    kept = col(IndicatorValue.reconciliation_id) == reconciliation_id
    session.exec(delete(IndicatorValue).where(kept))
    rows = [
        {
            "reconciliation_id": reconciliation_id,
            "unit": unit,
            "side": side,
            "indicator": indicator,
            "numerator": rate.numerator,
            "denominator": rate.denominator,
            "untold": rate.untold,
        }
        for (unit, side, indicator), rate in rates.items()
        if rate != NO_DOSSIERS
    ]
    if rows:
        session.connection().execute(insert(IndicatorValue), rows)


def of(session: Session, reconciliation_id: int) -> dict[Key, Rate]:
    """The rates kept with a reconciliation; one that is not there is of no dossiers."""
    query = select(IndicatorValue).where(IndicatorValue.reconciliation_id == reconciliation_id)
    return {
        (row.unit, row.side, row.indicator): Rate(row.numerator, row.denominator, row.untold)
        for row in session.exec(query)
    }
