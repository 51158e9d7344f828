"""The three groups that come as trees: counts in the row itself, and the score they make."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

from models.rates import Trait
from worker.simulator.truth import UnitFigures

Counts = dict[str, int]

_POINTS = 2**32


@dataclass(frozen=True, slots=True)
class Invented:
    """One unit's true counts, and where its invented ones come from."""

    true: UnitFigures
    seed: str

    def share(self, *words: str) -> float:
        """A share, 0 to 1, always the same for the same words."""
        return crc32("·".join((self.seed, self.true.unit, *words)).encode()) / _POINTS

    def having(self, trait: Trait) -> int:
        """How many of its dossiers truly have a trait on the portal."""
        return self.true.holding.get(trait, 0)

    def some(self, word: str, most: int) -> int:
        """A small number, often none."""
        return max(0, int(self.share(word, "many") * (most + 2)) - 2)

    def part(self, word: str, whole: int) -> int:
        """A part of ``whole``, mostly the larger one."""
        return round(whole * (0.55 + 0.45 * self.share(word)))


def _progress(figure: UnitFigures, _members: Sequence[Invented]) -> Counts:
    return {
        "totalReceived": figure.received,
        "totalOnTime": figure.received - figure.late,
        "totalOverdue": figure.late,
        "totalCompleted": figure.completed,
    }


def _online(_figure: UnitFigures, members: Sequence[Invented]) -> Counts:
    counts = dict.fromkeys(_ONLINE_FIELDS, 0)
    for unit in members:
        online = unit.having(Trait.FILED_ONLINE)
        by_post = (unit.true.received - online) // 4
        services = 5 + unit.some("services", 20)
        offered = unit.part("offered", services)
        values = (
            services,
            offered // 3,
            offered - offered // 3,
            unit.part("used", offered),
            offered,
            online,
            unit.true.received - online - by_post,
            by_post,
            unit.true.received,
            online - min(online, unit.true.late),
            min(online, unit.true.late),
        )
        for name, value in zip(_ONLINE_FIELDS, values, strict=True):
            counts[name] += value
    return counts


_ONLINE_FIELDS = (
    "authorityCount",
    "partialCount",
    "fullCount",
    "onlineDossierCount",
    "onlineServiceTotal",
    "channelOnlineSum",
    "channelDirectSum",
    "channelPostalSum",
    "channelTotalSum",
    "onlineOnTimeSum",
    "onlineOverdueSum",
)


def _payment(_figure: UnitFigures, members: Sequence[Invented]) -> Counts:
    counts = dict.fromkeys(_PAYMENT_FIELDS, 0)
    for unit in members:
        with_fee = 2 + unit.some("fees", 12)
        payable = unit.part("payable", with_fee)
        values = (
            unit.having(Trait.PAID_ONLINE),
            unit.having(Trait.HAS_FEE),
            unit.part("used", payable),
            with_fee,
            payable,
            with_fee,
        )
        for name, value in zip(_PAYMENT_FIELDS, values, strict=True):
            counts[name] += value
    return counts


_PAYMENT_FIELDS = (
    "totalDossierOnlinePaymentSuccess",
    "totalDossierFinancialObligation",
    "totalDossierOnlineFormalityPaymentSuccess",
    "totalFeeDossierFormalityDistinct",
    "totalFeeDossierFormality",
    "totalFeeFormality",
)


def _progress_score(counts: Counts, _figure: UnitFigures) -> float:
    return 20 * _share(counts["totalOnTime"], counts["totalReceived"])


def _online_score(counts: Counts, figure: UnitFigures) -> float:
    """The share filed online counts only as far as dossiers are synced."""
    offered = _share(counts["partialCount"] + counts["fullCount"], counts["authorityCount"])
    used = _share(counts["onlineDossierCount"], counts["onlineServiceTotal"])
    online = _share(counts["channelOnlineSum"], counts["channelTotalSum"])
    synced = _share(figure.synced, figure.received_at_home)
    return 2 * min(1, offered / 0.8) + 4 * used + 6 * min(1, online * synced / 0.5)


def _payment_score(counts: Counts, _figure: UnitFigures) -> float:
    paid, owing, used, with_fee, payable, fees = (counts[name] for name in _PAYMENT_FIELDS)
    return (
        6 * _share(paid, owing)
        + min(2, 2.5 * _share(used, with_fee))
        + min(2, 2.5 * _share(payable, fees))
    )


def _share(part: int, whole: int) -> float:
    """Nothing to measure scores nothing here."""
    return part / whole if whole else 0.0


@dataclass(frozen=True, slots=True)
class Tree:
    """How a group's counts are made, and its score of them (research, index 766 section 2.2)."""

    counts: Callable[[UnitFigures, Sequence[Invented]], Counts]
    score: Callable[[Counts, UnitFigures], float]
    units_tell_counts: bool = True


TREES = {
    "TDGQ": Tree(_progress, _progress_score),
    "CLGQ": Tree(_online, _online_score, units_tell_counts=False),
    "TTTT": Tree(_payment, _payment_score),
}
