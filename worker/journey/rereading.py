"""Reading again what waited for its unit's name, once somebody has said whose name it is."""

from worker.bootstrap import Services, directory_of, is_alive
from worker.core.rules.catalogue import PORTAL
from worker.stages.read_again import ReadAgain, ReadResult, read_again


def read_known_again(services: Services) -> ReadResult:
    """Put every record whose unit is known by now where it would have been."""
    task = ReadAgain(
        engine=services.engine,
        directory=directory_of(services.engine, services.province),
        judge=lambda rule: services.judge(*dict.fromkeys((rule, PORTAL.name))),
        clock=services.clock,
        is_alive=is_alive,
    )
    return read_again(task)
