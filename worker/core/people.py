"""Takes the people whom a record itself names out of its other fields.

A status is whatever a system calls it, and an operator has to see a name that nobody knows, so its
text stays when a record is put aside. Some say in it whose turn it is ("Chờ Trần Văn Mẫu ký"): what
the record tells elsewhere to be somebody's name is blanked there too. Nothing is guessed.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from worker.core.privacy import BLANK, is_personal_field, plain_field

_MAX_DEPTH = 12
_MAX_ITEMS = 200
_MAX_NAMES = 50
_LONGEST = 100

_naming = re.compile(r"name|ten|nguoi|chu_?ho_?so")
# One word alone is too common to be told from any other.
_name = re.compile(r"[^\W\d_]+(?:[ .'’-]{1,3}[^\W\d_]+){1,7}")


def names_in(record: object) -> frozenset[str]:
    """The names of people in the fields of a decoded record that hold such."""
    return frozenset(islice(_names(record, about=False, naming=False, depth=0), _MAX_NAMES))


def name_in(field: str, text: str) -> str | None:
    """The name that a field of people holds; None where it holds something else."""
    name = " ".join(text[: _LONGEST + 1].split())
    is_name = len(name) <= _LONGEST and _name.fullmatch(name) is not None
    return name if is_name and _naming.search(plain_field(field)) else None


def without_names(text: str, names: Collection[str]) -> str:
    """``text`` with ``…`` for each of the names, however they are spaced and in either case."""
    if not names:
        return text
    found = (r"\s+".join(map(re.escape, name.split())) for name in sorted(names, key=len))
    pattern = rf"(?<!\w)(?:{'|'.join(reversed(list(found)))})(?!\w)"
    return re.sub(pattern, BLANK, text, flags=re.IGNORECASE)


def _names(value: object, *, about: bool, naming: bool, depth: int) -> Iterator[str]:
    """``about``: in or under a field of people; ``naming``: in one that is called a name."""
    if depth > _MAX_DEPTH:
        return
    match value:
        case Mapping():
            for key, item in islice(value.items(), _MAX_ITEMS):
                field = plain_field(str(key))
                of_people = about or is_personal_field(field)
                is_name = _naming.search(field) is not None
                yield from _names(item, about=of_people, naming=is_name, depth=depth + 1)
        case list():
            for item in value[:_MAX_ITEMS]:
                yield from _names(item, about=about, naming=naming, depth=depth + 1)
        case str() if about and naming:
            name = name_in("name", value)
            if name is not None:
                yield name
        case _:
            return
