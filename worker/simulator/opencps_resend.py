"""OpenCPS's re-sends: forms that answer with what the portal's adapter said (wire.md section 3)."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from worker.simulator.exchange import Asked, Reply, reply
from worker.simulator.manners import Said
from worker.simulator.records import Planted
from worker.simulator.world import World

HEADER_PATH = "/o/rest/v2/nps/syncdossier"
COURSE_PATH = "/o/rest/v2/nps/syncdossierstatus"

_MESSAGES: Mapping[Said, tuple[int, str]] = {
    Said.QUEUED: (0, "Đã đưa vào hàng đợi"),
    Said.UNKNOWN: (-1, "Hồ sơ không tồn tại"),
    Said.REFUSED: (-1, "Thiếu TrangThaiHoSo"),
    Said.COURSE_FAILED: (-1, "Cập nhật tiến độ thất bại"),
    Said.NOTHING: (0, ""),
}
_DUPLICATE_CODES = (0, 3, -3)


class OpenCpsSync:
    """Answers orders to send dossiers again.

    ``error_code`` comes as a number and as text in turn, and a duplicate bears one code and then
    another, as different versions of the adapter send them.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._answers = 0

    def answer(self, asked: Asked) -> Reply:
        """Send each dossier named; without one that is known, nothing goes out.

        Raises:
            ValueError: what names the dossiers is no number.
        """
        form = {key: values[-1] for key, values in parse_qs(asked.body.decode()).items()}
        numbers = [int(number) for number in form.get("strDossierId", "").split(",")]
        found = [each for each in map(self._world.numbered, numbers) if each is not None]
        told = [self._told(each, self._sender(asked.path, form)(each)) for each in found]
        code, message = told[-1] if told else _MESSAGES[Said.NOTHING]
        self._answers += 1
        return reply({"error_code": code if self._answers % 2 else str(code), "message": message})

    def _sender(self, path: str, form: Mapping[str, str]) -> Callable[[Planted], Said]:
        resends = self._world.resends
        if path == COURSE_PATH:
            return resends.course
        updating = form.get("isUpdating") == "True"
        return lambda each: resends.header(each, updating=updating)

    def _told(self, each: Planted, said: Said) -> tuple[int, str]:
        if said is Said.EXISTS:
            code = _DUPLICATE_CODES[self._answers % len(_DUPLICATE_CODES)]
            return code, f"Hồ sơ {each.code} đã tồn tại"
        return _MESSAGES.get(said, (0, "Đồng bộ thành công"))
