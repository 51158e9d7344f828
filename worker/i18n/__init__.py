"""Everything people read: sentences from catalogues, numbers and dates in local form.

Catalogues are TOML, one file an area, Vietnamese first. Nothing is read before it is asked for.
"""

from worker.i18n.catalogue import has_text, language, sentence, text, use_language

__all__ = ["has_text", "language", "sentence", "text", "use_language"]
