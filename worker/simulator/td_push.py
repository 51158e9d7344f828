"""TD's push of one dossier by its code (wire.md sections 4.3 and 10).

Its answer is a flag about the header alone: 1 also where the course failed, 0 for all else.
"""

from worker.simulator.exchange import Asked, Reply, reply
from worker.simulator.manners import Said
from worker.simulator.world import World

PUSH_PATH = "/api/v1/HoSos/PushDataDVCQGByMaHoSo"
_TAKEN = frozenset({Said.DONE, Said.QUEUED, Said.COURSE_FAILED})


class TdPush:
    """Answers orders to push a dossier."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, asked: Asked) -> Reply:
        """Push the dossier named."""
        code = str(asked.json().get("maHoSo") or "")
        if not code:
            return reply({"data": "Vui lòng nhập mã hồ sơ"}, 400)
        each = self._world.bearing(code)
        if each is None:
            return _result(None, "Không tồn tại dữ liệu", succeeded=False)
        flag = int(self._world.resends.both(each) in _TAKEN)
        return _result(f"trangThaiDongBoDVC:{flag}", None, succeeded=True)


def _result(data: str | None, message: str | None, *, succeeded: bool) -> Reply:
    return reply({"data": {"data": data, "message": message, "succeeded": succeeded}})
