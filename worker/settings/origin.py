"""Where a key stands: the line of the file, or the variable of the environment."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from worker.settings.environment import KeyPath

_HEADER = re.compile(r"\s*\[")


@dataclass(frozen=True, slots=True)
class Origins:
    """The file's name and text, and which variable set which key."""

    file: str
    text: str
    variables: Mapping[KeyPath, str]

    def of(self, path: KeyPath) -> dict[str, str | int]:
        """Values for the error sentence: a variable if one set the key, else file and line."""
        variable = self._variable(path)
        if variable is not None:
            return {"place": "variable", "variable": variable}
        if not self.text:
            return {"place": "nowhere"}
        return {"place": "line", "file": self.file, "line": find_line(self.text, path)}

    def _variable(self, path: KeyPath) -> str | None:
        """The variable of the key, or one inside it where the file does not have the table."""
        exact = self.variables.get(path)
        if exact is not None:
            return exact
        inside = (name for key, name in self.variables.items() if key[: len(path)] == path)
        known = any(found[: len(path)] == path for found, _ in _keys(self.text))
        return None if known else next(inside, None)


def find_line(text: str, path: KeyPath) -> int:
    """The line (from 1) where ``path`` is set in a valid TOML text, else its nearest table's."""
    best, line_of_best = 0, 1
    for found, line in _keys(text):
        common = _common(found, path)
        if common > best:
            best, line_of_best = common, line
    return line_of_best


def _common(one: KeyPath, other: KeyPath) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _keys(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Every key path with the line it starts on; headers too."""
    table: KeyPath = ()
    for statement, line in _statements(text):
        parsed = tomllib.loads(statement)
        if _HEADER.match(statement):
            table = _deepest(parsed)
            yield table, line
        else:
            for path in _paths(parsed):
                yield table + path, line


def _statements(text: str) -> Iterator[tuple[str, int]]:
    """The statements of a valid TOML text: a line, or the lines of one many-line value."""
    buffer, start = "", 1
    for number, line in enumerate(text.splitlines(), 1):
        start = start if buffer else number
        buffer += line + "\n"
        try:
            tomllib.loads(buffer)
        except tomllib.TOMLDecodeError:
            continue
        yield buffer, start
        buffer = ""


def _deepest(tree: Any) -> KeyPath:
    """The path of a header: tables (or lists of one table) that hold one table each."""
    path: KeyPath = ()
    while tree:
        tree = tree[0] if isinstance(tree, list) else tree
        if not tree:
            break
        key = next(iter(tree))
        path, tree = (*path, key), tree[key]
    return path


def _paths(tree: Mapping[str, Any]) -> Iterator[KeyPath]:
    for key, value in tree.items():
        yield (key,)
        if isinstance(value, dict):
            yield from ((key, *path) for path in _paths(value))
