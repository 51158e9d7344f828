"""Every error of ours, as a tree by what to do next.

    DoisoatError
    ├── TransientError            try again later
    │   └── UpstreamUnavailable   a source doesn't answer: never read as "not there"
    ├── PermanentError            a person must act first
    │   ├── SettingsError         mend the configuration
    │   ├── ReferenceError        mend the province's folder
    │   ├── LoginRefused          mend user name or password
    │   ├── UpstreamContractError the source is not the system it is configured as
    │   ├── StoreError            bring the database up to date, or make it reachable
    │   ├── BackupError           choose another file
    │   ├── NotFoundError         what was asked for does not exist
    │   ├── PublicationError      choose another folder, or make it writable
    │   ├── AccessError           somebody is not let in, or may not
    │   ├── ResendError           a re-send that can't be asked for, decided or sent like this
    │   ├── StatementError        figures that can't be signed off or closed as they are
    │   └── RunError              another run holds the source, or took this one over
    │       └── RunStopped    an operator cancelled it, or its worker goes down
    └── DataError                 one record can't be read: it goes to quarantine

An error is a value: it carries a key of the message catalogue and what the sentence speaks of. It
never holds personal data, a secret or an upstream body. The edges turn it into one sentence.
"""


class DoisoatError(Exception):
    """The root: ``key`` names a sentence in the catalogues, ``values`` fill its blanks."""

    def __init__(self, key: str, **values: str | int) -> None:
        self.key = key
        self.values = values
        super().__init__(key, values)


class TransientError(DoisoatError):
    """The same call may succeed later."""


class UpstreamUnavailable(TransientError):  # noqa: N818 - the name says what happened
    """A source does not answer, or its circuit is open."""


class PermanentError(DoisoatError):
    """Nothing changes until a person acts."""


class SettingsError(PermanentError):
    """A configuration key or value is wrong."""


class ReferenceError(PermanentError):  # noqa: A001 - reference data, the domain's word
    """A province's folder can't be read, or says something impossible."""


class LoginRefused(PermanentError):  # noqa: N818
    """A source refuses our user name or password."""


class UpstreamContractError(PermanentError):
    """A source answers, but not in the shape of the system it is configured as."""


class StoreError(PermanentError):
    """The database can't be reached or its schema is not ours."""


class BackupError(PermanentError):
    """A backup can't be written, or a file can't be restored from."""


class NotFoundError(PermanentError):
    """What was asked for is not in the store."""


class PublicationError(PermanentError):
    """A file of the open data can't be written."""


class AccessError(PermanentError):
    """Somebody can't be let in, or may not do what they asked for."""


class ResendError(PermanentError):
    """A request to send dossiers again can't be made, or can't take the step asked of it."""


class StatementError(PermanentError):
    """Figures can't be signed off or closed as they are, or are no longer what was signed."""


class RunError(PermanentError):
    """A run can't start or can't go on."""


class RunStopped(RunError):  # noqa: N818 - the name says what happened
    """A run is to stop at its checkpoint."""


class DataError(DoisoatError):
    """One record can't be read; ``key`` is its quarantine reason, ``detail`` the value at fault."""

    def __init__(self, key: str, detail: str) -> None:
        self.detail = detail
        super().__init__(key, detail=detail)
