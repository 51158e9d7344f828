"""The seven groups of the reporting interface, each with what sets it apart.

Paths, shapes and fields as in the research, index 766 section 1.2. Groups are told by the codes of
index 766 and never by their numbers, which differ between documents.
"""

from dataclasses import dataclass

# Metrics that are not the portal's own codes.
SCORE = "SCORE"
RANKING_SCORE = "RANKING_SCORE"
DOSSIER_SYNC = "DOSSIER_SYNC"
GROUP_CODES = ("CKMB", "TDGQ", "CLGQ", "TTTT", "MDHL", "MDSH")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric that stands in a unit's row itself, and the fields it is read from.

    Of several names for a score the first one the row has counts: totals and units are told by
    different ones.
    """

    name: str
    numerator: str | None = None
    denominator: str | None = None
    ratio: str | None = None
    scores: tuple[str, ...] = ()
    max_scores: tuple[str, ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        """Every field it is read from."""
        return self.essentials.union(filter(None, (self.denominator, *self.max_scores)))

    @property
    def essentials(self) -> frozenset[str]:
        """The fields of which a row must have one to show this metric at all."""
        return frozenset(filter(None, (self.numerator, self.ratio, *self.scores)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group: where it is asked for, in which shape it answers, what of it is kept.

    ``whole`` and ``units`` name the asked department and those below it in an answer. A row holds
    the ``metrics`` in fields of its own, and may list others under ``metrics``. ``days``: the
    period is asked for by its first and last day. ``procedure_key`` is how this group spells the
    procedure it is narrowed to; None: it can't be.
    """

    path: str
    code: str
    whole: str
    units: str
    metrics: tuple[Metric, ...]
    page_size: int = 100
    days: bool = False
    procedure_key: str | None = "formalityId"


_SCORE = Metric(
    name=SCORE,
    ratio="ratio",
    scores=("totalScore", "score"),
    max_scores=("totalMaxScore", "maxScore"),
)

# The national list: every province with its total and its score in each group, asked for without
# a department.
SERVICE_RESULTS = Group(
    path="/evaluation/service-results",
    code="",
    whole="overview",
    units="evaluation",
    metrics=(Metric(name=SCORE, scores=("totalScore",), max_scores=("totalMaxScore",)),),
    procedure_key=None,
)

TRANSPARENCY = Group(
    path="/evaluation/transparency",
    code="CKMB",
    whole="overview",
    units="evaluation",
    metrics=(_SCORE,),
    page_size=200,
)

# avgProcessingDays is a number of days, kept where ratios are.
PROGRESS = Group(
    path="/evaluation/dvc-progress-tree",
    code="TDGQ",
    whole="parent",
    units="children",
    metrics=(
        _SCORE,
        Metric(name="ON_TIME", numerator="totalOnTime", denominator="totalReceived"),
        Metric(name="OVERDUE", numerator="totalOverdue", denominator="totalReceived"),
        Metric(name="COMPLETED", numerator="totalCompleted"),
        Metric(name="AVERAGE_DAYS", ratio="avgProcessingDays"),
    ),
)

ONLINE = Group(
    path="/evaluation/provide-online-tree",
    code="CLGQ",
    whole="parent",
    units="children",
    page_size=200,
    metrics=(
        _SCORE,
        Metric(name="SERVICES_PARTIAL", numerator="partialCount", denominator="authorityCount"),
        Metric(name="SERVICES_FULL", numerator="fullCount", denominator="authorityCount"),
        Metric(
            name="SERVICES_USED", numerator="onlineDossierCount", denominator="onlineServiceTotal"
        ),
        Metric(name="FILED_ONLINE", numerator="channelOnlineSum", denominator="channelTotalSum"),
        Metric(name="FILED_DIRECT", numerator="channelDirectSum", denominator="channelTotalSum"),
        Metric(name="FILED_BY_POST", numerator="channelPostalSum", denominator="channelTotalSum"),
        Metric(name="ONLINE_ON_TIME", numerator="onlineOnTimeSum"),
        Metric(name="ONLINE_OVERDUE", numerator="onlineOverdueSum"),
    ),
)

PAYMENT = Group(
    path="/evaluation/formality-online-payment-tree",
    code="TTTT",
    whole="parent",
    units="children",
    metrics=(
        _SCORE,
        Metric(
            name="PAID_ONLINE",
            numerator="totalDossierOnlinePaymentSuccess",
            denominator="totalDossierFinancialObligation",
        ),
        Metric(
            name="PROCEDURES_PAID_ONLINE",
            numerator="totalDossierOnlineFormalityPaymentSuccess",
            denominator="totalFeeDossierFormalityDistinct",
        ),
        Metric(
            name="PROCEDURES_PAYABLE",
            numerator="totalFeeDossierFormality",
            denominator="totalFeeFormality",
        ),
    ),
)

DIGITIZED = Group(
    path="/evaluation/dossier-digitized",
    code="MDSH",
    whole="overview",
    units="evaluation",
    metrics=(_SCORE,),
    procedure_key="formalityID",  # with a capital D, here alone
)

SATISFACTION = Group(
    path="/evaluation/handling-satisfaction",
    code="MDHL",
    whole="overview",
    units="evaluation",
    metrics=(_SCORE,),
    days=True,
    procedure_key=None,
)

OF_A_DEPARTMENT = (TRANSPARENCY, PROGRESS, ONLINE, PAYMENT, DIGITIZED, SATISFACTION)
GROUPS = (SERVICE_RESULTS, *OF_A_DEPARTMENT)
