"""Money is whole Korean won."""


def floor_percent(amount_krw: int, percent: int) -> int:
    """`percent` of an amount, floored to 1 won."""
    if amount_krw < 0 or not 0 <= percent <= 100:
        raise ValueError(f"{percent} % of {amount_krw} won")
    return amount_krw * percent // 100
