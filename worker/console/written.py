"""What people write in forms, fit to be kept."""

from typing import Annotated, Final

from fastapi import Form
from pydantic import StringConstraints

from worker.core.privacy import scrub

LONGEST: Final = 500

# A reason, a note: as a field of a form, and in the body of a call.
Written = Annotated[str, Form(max_length=LONGEST)]
Why = Annotated[str, StringConstraints(max_length=LONGEST)]


def written(said: str | None) -> str | None:
    """What was written, on one line and without personal data; None where nothing was."""
    plain = " ".join((said or "").replace("\0", " ").split())
    return scrub(plain, LONGEST) if plain else None
