"""The rules of dispatch, as data and pure functions of it."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.shared_kernel.money import floor_percent


@dataclass(frozen=True, kw_only=True)
class DispatchPolicy:
    """How long cleaners and customers wait for each other (rule 8)."""

    offer_minutes: int
    payout_percent: int
    unfilled_before_start_hours: int
    start_earliest_minutes: int
    no_show_after_minutes: int
    alert_without_cleaner_hours: int
    recent_days: int

    def payout_krw(self, price_krw: int) -> int:
        """What the cleaner gets, in won."""
        return floor_percent(price_krw, self.payout_percent)

    def unfilled_at(self, starts_at: datetime) -> datetime:
        """When the search is given up."""
        return starts_at - timedelta(hours=self.unfilled_before_start_hours)

    def offer_deadline(self, starts_at: datetime, at: datetime) -> datetime:
        """Until when one cleaner may think about an offer made now."""
        return min(at + timedelta(minutes=self.offer_minutes), self.unfilled_at(starts_at))

    def alert_at(self, starts_at: datetime, at: datetime) -> datetime:
        """When operators hear that nobody has it. A last-minute search first gets the time of one answer."""
        usual = starts_at - timedelta(hours=self.alert_without_cleaner_hours)
        return max(usual, at + timedelta(minutes=self.offer_minutes))

    def earliest_start(self, starts_at: datetime) -> datetime:
        """No cleaner starts before."""
        return starts_at - timedelta(minutes=self.start_earliest_minutes)

    def no_show_at(self, starts_at: datetime) -> datetime:
        """Whoever hasn't started by then didn't show up."""
        return starts_at + timedelta(minutes=self.no_show_after_minutes)

    def recent_since(self, at: datetime) -> datetime:
        """Jobs from then on count as recent. A whole minute: those who choose within it need one count only."""
        return at.replace(second=0, microsecond=0) - timedelta(days=self.recent_days)


_SPANS = ("unfilled_before_start_hours", "start_earliest_minutes", "no_show_after_minutes",
          "alert_without_cleaner_hours", "recent_days")  # fmt: skip


def parse_policies(text: str, offer_minutes: int) -> DispatchPolicy:
    """The policy from TOML; ValueError says what is missing or wrong."""
    try:
        raw = tomllib.loads(text)["dispatch"]
        policy = DispatchPolicy(
            offer_minutes=offer_minutes,
            payout_percent=int(raw["payout_percent"]),
            **{name: int(raw[name]) for name in _SPANS},
        )
    except KeyError as error:
        raise ValueError(f"policies: {error.args[0]!r} is missing") from error
    if not 0 <= policy.payout_percent <= 100:
        raise ValueError("policies: payout_percent is from 0 to 100")
    if offer_minutes < 1 or any(getattr(policy, name) < 0 for name in _SPANS):
        raise ValueError("policies: dispatch times can't be negative, and an offer lasts at least a minute")
    return policy
