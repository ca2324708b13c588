"""One trace from what somebody taps to all that follows: through outbox, broker and inbox, to the notice."""

from pathlib import Path

import pytest

from services.reservation.events import ReservationCancelled
from tests.support.story import PAY, agrees, holds
from tests.support.traces import Recorder, events_of, trace_of
from tests.support.world import OpenWorld, World, a_world

pytestmark = pytest.mark.asyncio

CONFIRMED = "handle reservation.confirmed.v1"


async def test_spans_lead_from_the_tap_to_every_notice(open_world: OpenWorld):
    """The customer pays; each span that follows names the one that it follows from, in whichever process."""
    recorder = Recorder()
    async with open_world(tracing=recorder.tracing) as world:
        _, customer = await world.cleaner(), await world.customer()
        await holds(customer)
        before = len(recorder.spans)
        await customer.tap(PAY)
        await world.settle()
        assert (await customer.titles())[-1] == "예약이 확정됐어요"
        followed = recorder.spans[before:]
        assert len({span.context.trace_id for span in followed if span.context}) == 1
        tapped = ["chat message", "chat answer", "effect Pay"]
        [charged] = [recorder.line_of(span) for span in recorder.named("provider charge_card")]
        assert [name for name in charged if name != "POST /payments"] == [*tapped, "provider charge_card"]
        sent = {(span.attributes or {})["template"]: recorder.line_of(span) for span in recorder.named("send notice")}
        assert sent["customer_reservation_confirmed"] == [*tapped, CONFIRMED, "send notice"]
        assert sent["cleaner_job_offered"] == [*tapped, CONFIRMED, "handle cleaning.offered.v1", "send notice"]
        published = recorder.named("publish reservation.confirmed.v1")
        assert [recorder.line_of(span) for span in published] == [[*tapped, "publish reservation.confirmed.v1"]]
        quiet = len(recorder.spans)
        await world.later(seconds=1)
        assert [span.name for span in recorder.spans[quiet:]] == [], "ticks that found nothing"


async def test_a_cancellations_trace_goes_on_when_the_money_is_back(tmp_path: Path):
    """Without OpenTelemetry's SDK: the refund is a row that a loop carries out later, and so is every notice."""
    async with a_world(tmp_path) as world:
        await cancelled_in_one_trace(world)


async def cancelled_in_one_trace(world: World) -> None:
    """A deal is made and cancelled; every event and every notice of that is in the trace of the tap."""
    cleaner, customer = await world.cleaner(), await world.customer()
    reservation_id = await agrees(customer, cleaner)
    await customer.say("취소할게요")
    await customer.tap("취소 확정")
    await world.settle()
    [cancelled] = [one for one in world.recorded if isinstance(one.event, ReservationCancelled)]
    trace = trace_of(cancelled.traceparent)
    told = [
        entry.notification.template
        for entry in await world.ssak3.notifications.ledger_of(reservation_id)
        if trace_of(entry.notification.traceparent) == trace and entry.delivery.sent_at is not None
    ]
    assert sorted(told) == [
        "cleaner_job_cancelled", "cleaner_payment_cancelled", "customer_refund_done", "customer_reservation_cancelled",
    ]  # fmt: skip
    assert events_of(world, trace) == [
        "cleaning.called_off",
        *["notification.sent"] * len(told),
        "payment.refunded",
        "payment.refunding",
        "reservation.cancelled",
        "reservation.refund_requested",
    ]
