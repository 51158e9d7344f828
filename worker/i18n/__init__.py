"""Everything people read: sentences from catalogues, numbers and dates in local form.

Catalogues are TOML, one file an area, Vietnamese first. Nothing is read before it is asked for.
"""

from worker.i18n.catalogue import (
    fault_in_words,
    has_text,
    language,
    sentence,
    speaking,
    text,
    use_language,
)

__all__ = [
    "fault_in_words",
    "has_text",
    "language",
    "sentence",
    "speaking",
    "text",
    "use_language",
]
