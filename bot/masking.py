"""A telephone number as those read it who needn't dial it."""

_DIGITS = 4


def masked(phone: str) -> str:
    """010-****-1234: enough to know whom one talks to."""
    digits = [each for each in phone if each.isdecimal()]
    if len(digits) <= _DIGITS:
        return ""
    return f"{''.join(digits[:3])}-****-{''.join(digits[-_DIGITS:])}"
