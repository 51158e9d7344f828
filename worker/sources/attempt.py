"""One attempt that failed: what it means, and whether another one may help."""

from worker.errors import DoisoatError, LoginRefused, UpstreamContractError, UpstreamUnavailable

KEYS: dict[type[DoisoatError], str] = {
    UpstreamUnavailable: "upstream_unavailable",
    UpstreamContractError: "upstream_contract",
    LoginRefused: "upstream_login_refused",
}


class AttemptError(Exception):
    """An attempt failed. It never leaves the sources; the client turns it into one of ours.

    ``detail`` is short and holds nothing the source sent. ``again`` says whether to try again,
    ``down`` whether the failure speaks against the source as a whole (and so for its circuit),
    ``error`` what it becomes in the end, ``retry_after`` the seconds the source asked for.
    """

    def __init__(
        self,
        detail: str,
        *,
        error: type[DoisoatError] = UpstreamUnavailable,
        again: bool = True,
        down: bool = True,
        retry_after: float | None = None,
    ) -> None:
        self.detail = detail
        self.error = error
        self.again = again
        self.down = down
        self.retry_after = retry_after
        super().__init__(detail)

    def as_error(self, source: str) -> DoisoatError:
        """The error the rest of the program sees."""
        return self.error(KEYS[self.error], source=source, detail=self.detail)
