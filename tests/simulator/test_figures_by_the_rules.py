"""What the simulated portal publishes comes out of the rules that the real one's figures do."""

from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.places import JULY
from tests.pulls import QUICK
from worker.core.index.rules import Reason
from worker.core.index.scoring import Standing, component_scores, scores
from worker.core.index.values import published_values
from worker.ports import Figure
from worker.simulator.build import WorldOptions
from worker.simulator.server import running
from worker.simulator.world import World
from worker.sources.index_rules import read_index_rules
from worker.sources.portal_figures.figures import FiguresConfig, PortalFigures

Make = Callable[[WorldOptions], World]


@dataclass(frozen=True)
class Observed:
    """A figure with the instant at which it was shown, as the store keeps it."""

    group: str
    metric: str
    numerator: int | None
    denominator: int | None
    ratio: str | None
    score: str | None
    max_score: str | None
    observed_at: datetime = datetime(2024, 8, 1, tzinfo=UTC)


def observed(figure: Figure) -> Observed:
    return Observed(
        figure.group,
        figure.metric,
        figure.numerator,
        figure.denominator,
        figure.ratio,
        figure.score,
        figure.max_score,
    )


def published_of(world: World) -> dict[str, list[Observed]]:
    with running(world) as at:
        config = FiguresConfig(
            name="cong",
            reporting_url=at.reporting_url,
            root_department_id=at.root_department_id,
            pause=timedelta(0),
        )
        with closing(PortalFigures(config, QUICK)) as portal:
            told = portal.figures(JULY)
    units = defaultdict(list)
    for figure in told.figures:
        units[figure.code or ""].append(observed(figure))
    return units


def test_every_score_of_the_province_is_reproduced(make_world: Make) -> None:
    units = published_of(make_world(WorldOptions(seed=2, dossiers=500, portal_only=2)))
    rules = read_index_rules()[1]
    values = published_values(rules, units[""])
    found = [score for score in component_scores(rules, values) if score.shown is not None]
    found += scores(rules, values)
    assert [score for score in found if score.standing is not Standing.REPRODUCED] == []
    assert len(found) > len(rules.groups)


def test_the_scores_of_the_units_are_reproduced_where_their_counts_are_told(
    make_world: Make,
) -> None:
    units = published_of(make_world(WorldOptions(seed=2, dossiers=500, portal_only=2)))
    rules = read_index_rules()[1]
    for unit, figures in units.items():
        for score in scores(rules, published_values(rules, figures))[:-1] if unit else ():
            if score.code in ("CKMB", "CLGQ"):
                assert score.reason is Reason.COMPONENTS, (unit, score)
            else:
                assert score.standing is Standing.REPRODUCED, (unit, score)
