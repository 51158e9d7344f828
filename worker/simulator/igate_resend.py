"""The re-send of single dossiers beside an iGate (wire.md section 11)."""

from collections.abc import Mapping

from worker.simulator.exchange import Asked, Reply, reply
from worker.simulator.igate_login import Keycloak
from worker.simulator.manners import Said
from worker.simulator.world import World

RESEND_PATH = "/wsms/api/igate/resend-one"

_SUCCESS, _ERROR = "success", "error"
_MESSAGES: Mapping[Said, tuple[str, str]] = {
    Said.DONE: (_SUCCESS, "Gửi lại thành công"),
    Said.QUEUED: (_SUCCESS, "Đã đưa vào hàng đợi"),
    Said.EXISTS: (_ERROR, "Hồ sơ đã tồn tại"),
    Said.UNKNOWN: (_ERROR, "Hồ sơ không tồn tại"),
    Said.REFUSED: (_ERROR, "Thiếu TrangThaiHoSo"),
    Said.COURSE_FAILED: (_SUCCESS, "Đồng bộ hồ sơ thành công, cập nhật tiến độ thất bại"),
    Said.NOTHING: (_SUCCESS, "Không có hồ sơ nào được gửi"),
}


class IGateResend:
    """Answers orders to send a dossier again; the token stands in the body."""

    def __init__(self, world: World, keycloak: Keycloak) -> None:
        self._world = world
        self._keycloak = keycloak

    def answer(self, asked: Asked) -> Reply:
        """Send the dossier named."""
        form = asked.json()
        if not self._keycloak.takes(str(form.get("token"))):
            return reply({"status": _ERROR, "message": "Unauthorized"}, 401)
        each = self._world.bearing(str(form.get("nationCode")))
        if each is None:
            return reply({"status": _ERROR, "message": "Không tìm thấy hồ sơ"})
        status, message = _MESSAGES[self._world.resends.both(each)]
        return reply({"status": status, "message": message})
