"""The lifecycle of a delivery, walked at random: only listed steps, one live hop, at most one repeat."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.notification.lifecycle import STEPS, UNFINISHED
from services.notification.model import Ad, Delivery, Info
from services.notification.outcomes import NotRendered, Unclear, after, next_channel, told
from services.notification.policies import MOST_ATTEMPTS, most_attempts, prepared
from services.notification.ports import Accepted, Rejected, Wait
from services.notification.refusals import AdvertisingRefused, NotAllowed
from services.notification.values import Contact, DeliveryAction, DeliveryStatus
from tests.support.time import MONDAY_AFTERNOON, FakeClock, FakeIds

A, S = DeliveryAction, DeliveryStatus
CHANNELS = ("web", "telegram", "kakao")
INFO = Info(
    id="notification-1",
    cause="event-1",
    cause_event_id="event-1",
    recipient_id="person-1",
    template="customer_hold_made",
    values={},
    created_at=MONDAY_AFTERNOON,
)
FINAL = (S.SENT, S.DELIVERED, S.FAILED, S.UNKNOWN, S.SUPPRESSED, S.FELL_BACK)

outcomes = st.one_of(
    st.just(Accepted()),
    st.builds(Rejected, reason=st.just("busy"), permanent=st.booleans()),
    st.builds(Wait, until=st.just(MONDAY_AFTERNOON + timedelta(minutes=1))),
    st.builds(Unclear, repeatable=st.booleans(), reason=st.just("ConnectionError")),
    st.just(NotRendered(problem="no value")),
)


class Deliveries(RuleBasedStateMachine):
    """What sender, fallback and receipts do with the hops of one notification."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.ids = FakeIds(self.clock)
        self.hops = [Delivery.first(INFO, id=self.ids.new())]
        self.contact = Contact(person_id="person-1", role="customer")
        self.usable: tuple[str, ...] = CHANNELS
        self.accepted = self.unclear = self.events = 0

    @property
    def last(self) -> Delivery:
        return self.hops[-1]

    def _becomes(self, new: Delivery) -> None:
        assert any(step == new.status and status == self.last.status for (status, _), step in STEPS.items()) or (
            self.last.status,
            new.status,
        ) == (S.DEFERRED, S.SENDING)
        self.hops[-1] = new

    @rule(channels=st.permutations(CHANNELS), count=st.integers(0, 3), quiet=st.booleans())
    def contact_changes(self, channels, count, quiet):
        self.contact = Contact(
            person_id="person-1", role="customer", channels=tuple(channels[:count]), quiet_at_night=quiet
        )

    @rule(hours=st.integers(0, 12))
    def time_passes(self, hours):
        self.clock.advance(hours=hours)

    @precondition(lambda self: self.last.status in (S.QUEUED, S.DEFERRED))
    @rule()
    def a_sender_comes_by(self):
        now = self.clock.now()
        if self.last.not_before > now:
            return
        ready = self.last.wake() if self.last.status is S.DEFERRED else self.last
        new = prepared(ready, INFO, self.contact, None, usable=self.usable, by="sender-1", now=now)
        self.hops[-1] = new
        assert new.status in (S.SENDING, S.DEFERRED, S.SUPPRESSED)
        self.events += len(told(INFO, new))

    @precondition(lambda self: self.last.status is S.SENDING)
    @rule(outcome=outcomes)
    def the_channel_answers(self, outcome):
        now = self.clock.now()
        new = after(self.last, outcome, now, most_attempts(self.last, self.contact, self.usable))
        self._becomes(new)
        self.accepted += isinstance(outcome, Accepted)
        self.unclear += new.status is S.UNKNOWN
        channel = (
            next_channel(new, self.hops, self.contact, self.usable) if new.status in (S.FAILED, S.UNKNOWN) else None
        )
        if channel is None:
            self.events += len(told(INFO, new))
            return
        again = new.again or new.status is S.UNKNOWN
        self.hops[-1:] = new.fall_back(id=self.ids.new(), channel=channel, again=again, at=now)

    @precondition(lambda self: self.last.status in (S.SENT, S.DELIVERED))
    @rule()
    def a_receipt_comes(self):
        self._becomes(self.last.delivered())

    @rule(action=st.sampled_from(["sent", "fail", "lose", "delivered", "wake"]))
    def somebody_tries_what_is_not_allowed(self, action):
        kinds: dict[str, tuple[DeliveryAction, Callable[[], Delivery]]] = {
            "sent": (A.SENT, lambda: self.last.sent(at=self.clock.now())),
            "fail": (A.FAIL, lambda: self.last.fail(reason="x")),
            "lose": (A.LOSE, self.last.lose),
            "delivered": (A.DELIVERED, self.last.delivered),
            "wake": (A.WAKE, self.last.wake),
        }
        kind, act = kinds[action]
        if (self.last.status, kind) not in STEPS:
            with pytest.raises(NotAllowed):
                act()

    @invariant()
    def only_the_last_hop_lives(self):
        assert [hop.hop for hop in self.hops] == list(range(1, len(self.hops) + 1))
        assert all(hop.status is S.FELL_BACK for hop in self.hops[:-1])

    @invariant()
    def it_goes_out_once_for_sure_and_at_most_one_more_in_doubt(self):
        assert self.accepted <= 1
        assert self.unclear <= 2
        assert len(self.hops) <= len(CHANNELS) + 1

    @invariant()
    def it_tells_its_end_once(self):
        assert self.events == (self.last.status in FINAL)

    @invariant()
    def a_sender_is_named_only_while_it_sends(self):
        assert (self.last.sending_by is not None) == (self.last.status is S.SENDING)
        assert self.last.status in (*UNFINISHED, *FINAL)


TestDeliveries = Deliveries.TestCase


def test_every_status_is_reached_and_the_ends_are_ends():
    assert {status for status, _ in STEPS} | set(STEPS.values()) == set(S)
    assert not {(S.FELL_BACK, action) for action in A} & STEPS.keys()
    assert not {(S.SUPPRESSED, action) for action in A} & STEPS.keys()


def test_tries_end():
    delivery = Delivery.first(INFO, id="delivery-1")
    now = MONDAY_AFTERNOON
    for _ in range(MOST_ATTEMPTS):
        delivery = delivery.take(channel="web", by="me", until=now)
        delivery = after(delivery, Rejected(reason="busy", permanent=False), now)
    assert delivery.status is S.FAILED


def test_advertising_does_not_go_out_as_information():
    ad = Ad(
        id="ad-1",
        cause="broadcast-1",
        cause_event_id=None,
        recipient_id="person-1",
        template="customer_hold_made",
        values={},
        created_at=MONDAY_AFTERNOON,
        broadcast_id="broadcast-1",
    )
    with pytest.raises(AdvertisingRefused):
        Delivery.first(ad, id="delivery-1")
    assert not isinstance(ad, Info)
