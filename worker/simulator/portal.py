"""The simulated national portal: its adapter's login and look-up, and what it publishes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from worker.simulator.catalogue import SERVICES, Catalogue
from worker.simulator.exchange import Asked, Reply, reply
from worker.simulator.legacy import LEGACY_PATH, LegacyReporting
from worker.simulator.portal_objects import portal_object
from worker.simulator.reporting import REPORTING_PATH, Reporting
from worker.simulator.world import World

_NO_SESSION = "Phiên làm việc (session) không hợp lệ hoặc đã hết hạn"
_SETTLED_AFTER = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterAccount:
    """What the adapter asks of its callers. ``session_seconds`` is how long a login holds."""

    username: str
    password: str = field(repr=False)
    dstcode: str
    madonvi: str
    auth_endpoint: str = "/mapi/login"
    integration_endpoint: str = "/mapi/g"
    session_seconds: float = 600.0


@dataclass(slots=True)
class _Session:
    """When a session ends, by the application's clock, and how many calls it has served."""

    ends: float
    used: int = 0


class PortalApplication:
    """The adapter (wire.md section 2), the reporting interface (13.2) and the reports before it.

    ``error_code`` comes as a number and as text in turn, as different versions send it.
    """

    name = "portal"

    def __init__(self, world: World, account: AdapterAccount, clock: Callable[[], float]) -> None:
        self._world = world
        self._account = account
        self._clock = clock
        self._reporting = Reporting(world)
        self._legacy = LegacyReporting(world, self._reporting)
        self._catalogue = Catalogue(world)
        self._procedures = {each.code: each.name for each in world.frame.procedures}
        self._sessions: dict[str, _Session] = {}
        self._logins = 0
        self._answers = 0

    def answer(self, asked: Asked) -> Reply:
        """Answer a login, a look-up or a question for published counts."""
        if asked.method != "POST":
            return reply({"message": "Method Not Allowed"}, 405)
        if asked.path == self._account.integration_endpoint:
            return self._service(asked)
        if asked.path == self._account.auth_endpoint:
            return self._log_in(asked)
        if asked.path.startswith(REPORTING_PATH):
            return self._reporting.answer(asked)
        if asked.path == LEGACY_PATH:
            return self._legacy.answer(asked)
        return reply({"message": "Not Found"}, 404)

    def expire_session(self, asked: Asked) -> None:
        """The session of this request runs out early, unless it is quite new.

        Callers share a session: one that ran out at each request would help nobody.
        """
        session = self._sessions.get(str(asked.json().get("session")))
        if session is not None and session.used >= _SETTLED_AFTER:
            session.ends = self._clock()

    def is_list(self, asked: Asked) -> bool:  # noqa: ARG002 - the port's word
        """The portal lists nothing."""
        return False

    def scramble(self, *, unordered: bool) -> None:
        """There is no list to scramble."""

    def _log_in(self, asked: Asked) -> Reply:
        given = asked.json()
        if not self._is_addressed(asked):
            return self._refused("dstcode không hợp lệ", session="")
        account = (self._account.username, self._account.password)
        if (given.get("username"), given.get("password")) != account:
            return self._refused("Sai tên đăng nhập hoặc mật khẩu", session="")
        self._logins += 1
        session = f"5f0c1e2a-7d0b-4c55-9a7e-{self._logins:012d}"
        self._sessions[session] = _Session(self._clock() + self._account.session_seconds)
        return reply({"session": session, "error_code": 0, "message": "Thành công"})

    def _service(self, asked: Asked) -> Reply:
        given = asked.json()
        if not self._is_addressed(asked):
            return self._refused("dstcode không hợp lệ", error_code=-2)
        session = self._sessions.get(str(given.get("session")))
        if session is None or session.ends <= self._clock():
            return self._refused(_NO_SESSION)
        session.used += 1
        if given.get("madonvi") != self._account.madonvi:
            return self._refused("Mã đơn vị không hợp lệ", error_code=-2)
        if given.get("service") in SERVICES:
            return self._told(self._catalogue.result(given))
        if given.get("service") != "TraCuuHoSo":
            return self._refused("Dịch vụ không được hỗ trợ", error_code=-2)
        return self._found(str(given.get("mahoso", "")))

    def _is_addressed(self, asked: Asked) -> bool:
        return asked.headers.get("dstcode") == self._account.dstcode

    def _found(self, code: str) -> Reply:
        portal = self._world.on_portal(code)
        return self._told([portal_object(portal, self._procedures)] if portal else [])

    def _told(self, result: Sequence[Mapping[str, object]]) -> Reply:
        self._answers += 1
        return reply(
            {
                "error_code": 0 if self._answers % 2 else "0",
                "message": "Thành công" if result else "",
                "result": result,
            }
        )

    def _refused(self, message: str, *, error_code: int = -1, **more: str) -> Reply:
        return reply({"error_code": error_code, "message": message, **more})
