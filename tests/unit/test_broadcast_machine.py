"""The lifecycle of a broadcast, walked at random: only listed steps; what was approved once stays approved."""

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.notification.broadcasts.lifecycle import CHANGES_NOTHING, STEPS, next_status
from services.notification.broadcasts.model import approved, drafted, ended, is_approved_already, started, step
from services.notification.broadcasts.refusals import ApprovalOutdated, NotAllowedNow
from services.notification.broadcasts.values import BroadcastAction, BroadcastStatus, Kind, Segment, Wording
from tests.support.time import MONDAY_AFTERNOON, FakeClock

A, S = BroadcastAction, BroadcastStatus
ABOUT: dict[str, Any] = {"id": "b-1", "kind": Kind.INFO, "segment": Segment(), "by": "operator-1"}


class Broadcasts(RuleBasedStateMachine):
    """What operators and the tick do."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.broadcast = drafted(None, wording=Wording(text_ko="0"), at=self.clock.now(), **ABOUT)
        self.digest = ""

    def _try(self, action: BroadcastAction, decide) -> None:
        self.clock.advance(minutes=1)
        old = self.broadcast
        if next_status(old.status, action) is None:
            with pytest.raises(NotAllowedNow):
                decide(old)
            return
        new = decide(old)
        assert new.status is next_status(old.status, action)
        is_done_already = (old.status, action) in CHANGES_NOTHING
        assert (new == old) if is_done_already else (new.version == old.version + 1)
        self.broadcast = new

    @rule(text=st.sampled_from("abc"))
    def is_edited(self, text):
        wording = Wording(text_ko=text)
        self._try(A.EDIT, lambda old: drafted(old, wording=wording, at=self.clock.now(), **ABOUT))

    @rule(digest=st.sampled_from(["one", "other"]))
    def is_approved(self, digest):
        try:
            already = is_approved_already(self.broadcast, digest)
        except ApprovalOutdated:
            assert self.digest not in ("", digest)
            return
        except NotAllowedNow:
            assert self.broadcast.status is S.CANCELLED
            return
        assert already == (self.broadcast.status is not S.DRAFT)
        now = self.clock.now()
        about: dict[str, Any] = {"starts_at": now, "by": "operator-1", "at": now, "selected": 1, "excluded": {}}
        self._try(A.APPROVE, lambda old: approved(old, digest=digest, **about))
        self.digest = digest

    @rule()
    def its_time_comes(self):
        self._try(A.START, lambda old: started(old, self.clock.now()))

    @rule(action=st.sampled_from([A.PAUSE, A.RESUME, A.CANCEL]))
    def an_operator_taps(self, action):
        self._try(action, lambda old: step(old, action))

    @rule()
    def nothing_is_left(self):
        if self.broadcast.status is not S.CANCELLED:
            self._try(A.FINISH, lambda old: ended(old, self.clock.now()))

    @invariant()
    def nothing_runs_that_wasnt_approved(self):
        if self.broadcast.status in (S.SCHEDULED, S.RUNNING, S.PAUSED, S.FINISHED):
            assert self.broadcast.digest == self.digest != ""
            assert self.broadcast.approved_by

    @invariant()
    def what_is_over_stays_over(self):
        if self.broadcast.status is S.FINISHED:
            assert self.broadcast.finished_at is not None


TestBroadcasts = Broadcasts.TestCase


def test_a_cancelled_one_comes_to_rest():
    draft = drafted(None, wording=Wording(text_ko="0"), at=MONDAY_AFTERNOON, **ABOUT)
    rested = ended(step(draft, A.CANCEL), MONDAY_AFTERNOON)
    assert (rested.status, rested.finished_at) == (S.CANCELLED, MONDAY_AFTERNOON)


def test_every_status_is_reached_and_left_as_the_design_says():
    assert {status for _, status in STEPS.items()} == set(S)
    ways = {(old, new) for (old, action), new in STEPS.items() if (old, action) not in CHANGES_NOTHING}
    unfinished = (S.DRAFT, S.SCHEDULED, S.RUNNING, S.PAUSED)
    assert ways == {
        (S.DRAFT, S.DRAFT), (S.DRAFT, S.SCHEDULED), (S.SCHEDULED, S.RUNNING), (S.RUNNING, S.PAUSED),
        (S.PAUSED, S.RUNNING), (S.RUNNING, S.FINISHED), (S.PAUSED, S.FINISHED),
        *((status, S.CANCELLED) for status in unfinished),
    }  # fmt: skip
