"""Where time, identifiers and chance come from; everything else is given them."""

import secrets
from datetime import UTC, datetime

import uuid_utils

_CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SystemIds:
    """UUIDv7s, in order within a process."""

    def new(self) -> str:
        return str(uuid_utils.uuid7())


def invite_code() -> str:
    """Ten characters that a person can type: 50 bits of chance."""
    return "".join(secrets.choice(_CODE_ALPHABET) for _ in range(10))


def token() -> str:
    """A secret for programs: 256 bits."""
    return secrets.token_urlsafe(32)
