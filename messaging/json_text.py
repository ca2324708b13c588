"""JSON as text, many times faster than the standard library's; columns of JSON are written and read with it."""

from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode


def to_json(value: Any) -> str:
    """Raises TypeError for what JSON doesn't know."""
    return _encode(value).decode()


from_json = msgspec.json.Decoder().decode
