"""The rules about money and holds, as versioned data and pure functions of it."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.reservation.values import Party
from services.shared_kernel.clock import kst_date
from services.shared_kernel.money import floor_percent


@dataclass(frozen=True, kw_only=True)
class Tier:
    """`percent` is kept when the visit is at least `days` Korean calendar days away."""

    days: int
    percent: int


@dataclass(frozen=True, kw_only=True)
class RefundPolicy:
    """Both ways: what a customer loses by cancelling, and what the agency owes beyond the refund."""

    version: str
    grace_minutes: int
    unfilled_is_agency_fault: bool
    tiers: tuple[Tier, ...]

    def tier_percent(self, starts_at: datetime, at: datetime) -> int:
        """The tier of a moment, by Korean calendar days before the visit."""
        days = (kst_date(starts_at) - kst_date(at)).days
        for tier in self.tiers:
            if days >= tier.days:
                return tier.percent
        return self.tiers[-1].percent


@dataclass(frozen=True, kw_only=True)
class HoldPolicy:
    """How long an unpaid place is kept."""

    minutes: int
    deferred_hours: int
    deferred_before_start_hours: int
    never_past_start_minutes: int
    most_unpaid: int

    def first_deadline(self, starts_at: datetime, now: datetime) -> datetime:
        """Of a new hold."""
        return min(now + timedelta(minutes=self.minutes), self._last(starts_at))

    def deferred_deadline(self, starts_at: datetime, now: datetime, deadline: datetime) -> datetime:
        """When payment is put off: longer, never shorter, and never into the visit."""
        later = min(
            now + timedelta(hours=self.deferred_hours),
            starts_at - timedelta(hours=self.deferred_before_start_hours),
        )
        return min(max(deadline, later), self._last(starts_at))

    def _last(self, starts_at: datetime) -> datetime:
        return starts_at - timedelta(minutes=self.never_past_start_minutes)


@dataclass(frozen=True, kw_only=True)
class Policies:
    """All that the reservation context decides by."""

    refund: RefundPolicy
    hold: HoldPolicy


@dataclass(frozen=True, kw_only=True)
class CancellationQuote:
    """What a cancellation would give, in won.

    `reason` is unpaid, grace, no_cleaner, tier, agency_fault or unfilled; `free_until` is the end of the grace period.
    """

    paid_krw: int
    fee_krw: int
    refund_krw: int
    compensation_krw: int
    tier_percent: int
    reason: str
    policy_version: str
    free_until: datetime | None
    refunded_before_krw: int = 0


@dataclass(frozen=True, kw_only=True)
class PaidVisit:
    """What the quote of a cancellation depends on; `refunded_krw` has gone back already, as goodwill or outside."""

    paid_krw: int
    paid_at: datetime
    starts_at: datetime
    moved_tier_percent: int
    cleaner_accepted: bool
    unfilled: bool
    refunded_krw: int = 0


def quote_unpaid(policy: RefundPolicy) -> CancellationQuote:
    """Nothing was paid: nothing is kept."""
    return CancellationQuote(
        paid_krw=0, fee_krw=0, refund_krw=0, compensation_krw=0, tier_percent=0, reason="unpaid",
        policy_version=policy.version, free_until=None,
    )  # fmt: skip


def quote_cancellation(policy: RefundPolicy, visit: PaidVisit, by: Party, at: datetime) -> CancellationQuote:
    """The figures of cancelling a paid visit now.

    The tier is the highest of today's and that of each move the customer made, so that moving can't dodge a fee.
    """
    tier = max(policy.tier_percent(visit.starts_at, at), visit.moved_tier_percent)
    free_until = visit.paid_at + timedelta(minutes=policy.grace_minutes)
    fee_percent = compensation_percent = 0
    if by is not Party.CUSTOMER:
        compensation_percent = policy.tier_percent(visit.starts_at, at)
        reason = "agency_fault"
    elif visit.unfilled:
        compensation_percent = policy.tier_percent(visit.starts_at, at) if policy.unfilled_is_agency_fault else 0
        reason = "unfilled"
    elif at < visit.starts_at and at <= free_until:
        reason = "grace"
    elif not visit.cleaner_accepted:
        reason = "no_cleaner"
    else:
        fee_percent = tier
        reason = "tier"
    fee = floor_percent(visit.paid_krw, fee_percent)
    return CancellationQuote(
        paid_krw=visit.paid_krw,
        fee_krw=fee,
        # What went back before is part of what goes back; nobody is asked to return goodwill.
        refund_krw=max(0, visit.paid_krw - fee - visit.refunded_krw),
        compensation_krw=floor_percent(visit.paid_krw, compensation_percent),
        tier_percent=compensation_percent or fee_percent,
        reason=reason,
        policy_version=policy.version,
        free_until=free_until,
        refunded_before_krw=visit.refunded_krw,
    )


def parse_policies(text: str, hold_minutes: int) -> Policies:
    """Policies from TOML; ValueError says what is missing or wrong."""
    raw = tomllib.loads(text)
    try:
        refund, hold = raw["refund"], raw["hold"]
        policies = Policies(
            refund=RefundPolicy(
                version=str(raw["version"]),
                grace_minutes=int(refund["grace_minutes"]),
                unfilled_is_agency_fault=bool(refund["unfilled_is_agency_fault"]),
                tiers=tuple(Tier(**tier) for tier in refund["tiers"]),
            ),
            hold=HoldPolicy(
                minutes=hold_minutes,
                deferred_hours=int(hold["deferred_hours"]),
                deferred_before_start_hours=int(hold["deferred_before_start_hours"]),
                never_past_start_minutes=int(hold["never_past_start_minutes"]),
                most_unpaid=int(hold["most_unpaid"]),
            ),
        )
    except KeyError as error:
        raise ValueError(f"policies: {error.args[0]!r} is missing") from error
    days = [tier.days for tier in policies.refund.tiers]
    if not days or days != sorted(days, reverse=True) or days[-1] != 0:
        raise ValueError("policies: refund tiers go from many days down to 0")
    if any(not 0 <= tier.percent <= 100 for tier in policies.refund.tiers):
        raise ValueError("policies: a refund tier's percent is from 0 to 100")
    return policies
