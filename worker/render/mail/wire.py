"""How headers stand in a mail on its way."""

from email.header import Header
from email.policy import EmailPolicy
from typing import Any

from typing_extensions import override


class Wire(EmailPolicy):
    """Folds headers in words outside ASCII so that they come back letter for letter.

    The library's own folding loses a space where it breaks a long one ("hồ sơ" comes back as
    "hồsơ"); its older one does not.
    """

    @override
    def fold_binary(self, name: str, value: Any) -> bytes:
        """A header in lines of at most 78 characters, as far as its words can be broken."""
        if str(value).isascii():
            return super().fold_binary(name, value)
        match name:
            case "Subject":
                words = _encoded(name, str(value), self.linesep)
            case "From":
                (sender,) = value.addresses
                shown = _encoded(name, sender.display_name, self.linesep)
                words = f"{shown}{self.linesep} <{sender.addr_spec}>"
            case _:
                return super().fold_binary(name, value)
        return f"{name}: {words}{self.linesep}".encode("ascii")


WIRE = Wire(linesep="\r\n")


def _encoded(name: str, words: str, linesep: str) -> str:
    return Header(words, "utf-8", header_name=name).encode(linesep=linesep)
