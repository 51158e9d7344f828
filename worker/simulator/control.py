"""The levers of the simulation, under ``/simulator/`` of both applications.

``GET resends`` shows the steps of re-sends in the order in which they were asked for, and the
province's queue; ``POST resends`` changes the manners (``ResendPlan``), ``POST deliver`` lets what
is queued arrive.
"""

from collections import Counter

import msgspec

from worker.simulator.exchange import Application, Asked, Reply, reply
from worker.simulator.faults import FaultInjector, FaultPlan
from worker.simulator.manners import ResendPlan
from worker.simulator.truth import truth
from worker.simulator.world import World

CONTROL_PATH = "/simulator/"


class _Codes(msgspec.Struct):
    codes: list[str]


class Control:
    """Shows the truth and the calls made, deletes dossiers at home, changes the faults."""

    def __init__(self, world: World, application: Application, injector: FaultInjector) -> None:
        self._world = world
        self._application = application
        self._injector = injector
        self.calls: Counter[str] = Counter()

    def answer(self, asked: Asked) -> Reply:
        """Answer one request to ``/simulator/...``."""
        try:
            return self._pulled(asked)
        except msgspec.DecodeError as error:
            return reply({"error": str(error)}, 400)

    def _pulled(self, asked: Asked) -> Reply:
        match asked.method, asked.path.removeprefix(CONTROL_PATH):
            case "GET", "truth":
                return reply(truth(self._world))
            case "GET", "calls":
                return reply({"application": self._application.name, "calls": self.calls})
            case "POST", "delete":
                codes = msgspec.json.decode(asked.body, type=_Codes).codes
                return reply({"deleted": self._world.delete_at_home(codes)})
            case _, "resends" | "deliver":
                return self._resends(asked)
            case "POST", "faults":
                self.follow(msgspec.json.decode(asked.body, type=FaultPlan))
                return reply({"faults": self._injector.plan})
            case _:
                return reply({"error": "not found"}, 404)

    def _resends(self, asked: Asked) -> Reply:
        resends = self._world.resends
        if asked.path.endswith("deliver"):
            return reply({"delivered": resends.deliver()})
        if asked.method == "POST":
            resends.follow(msgspec.json.decode(asked.body, type=ResendPlan))
        return reply({"plan": resends.plan, "calls": resends.calls, "queue": resends.queue})

    def follow(self, plan: FaultPlan) -> None:
        """Show the faults of ``plan`` from now on."""
        self._injector.follow(plan)
        self._application.scramble(unordered=plan.unordered)
