"""What a single field says of a dossier's traits, without what stands in it ever being kept.

Such fields are taken as ``msgspec.Raw``: whatever a source sends there, even of a wrong shape, the
dossier itself stays readable, and a field that can't be understood just tells nothing. Answers are
in three values: True, False, and None where the source does not tell.
"""

import msgspec

_AROUND = b'" \t\r\n'
_FLAGS = {b"1": True, b"true": True, b"0": False, b"false": False, b"": False}
_AS_SENT = {b"true": True, b"false": False, b'"1"': True, b'"0"': False, b'""': False}
# KenhThucHien: 1 at the desk, 2 online, 3 by post; blank counts as at the desk (wire.md section 5).
_CHANNELS = {b"2": True, b"1": False, b"3": False, b"": False}


def token_of(raw: msgspec.Raw) -> bytes | None:
    """A scalar's text in small letters, a blank one empty; None where the field is absent."""
    text = bytes(raw)
    if not text:
        return None
    text = text.strip(_AROUND).lower()
    return b"" if text == b"null" else text


def flag_of(raw: msgspec.Raw) -> bool | None:
    """What a field of 0 or 1 says, in whatever type it is sent; blank is 0."""
    plain = _AS_SENT.get(bytes(raw))
    if plain is not None:
        return plain
    token = token_of(raw)
    return None if token is None else _FLAGS.get(token)


def is_online(raw: msgspec.Raw) -> bool | None:
    """Whether a channel of the portal's (KenhThucHien) is the online one."""
    token = token_of(raw)
    return None if token is None else _CHANNELS.get(token)


def has_text(raw: msgspec.Raw) -> bool | None:
    """Whether any text stands in a field, such as a link that is not looked at."""
    text = bytes(raw)
    if text == b"null":
        return False
    return text.strip(_AROUND) not in (b"", b"[]") if text.startswith(b'"') else None
