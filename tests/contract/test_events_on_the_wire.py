"""The event contract that outsiders rely on: CloudEvents in JSON, frozen by docs/events.md."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from messaging.catalogue import EVENTS, FOLLOWS, listeners
from messaging.contract import asyncapi, page
from messaging.envelope import Envelope, Malformed, decode, encode, with_sequence
from services.reservation.events import ReservationCancelled
from services.shared_kernel.event import Event

ROOT = Path(__file__).parents[2]
MOMENT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ENVELOPE = Envelope(
    id="01a206fd-6700-7000-8000-cd00b26c72bd", sequence=7, time=MOMENT, causation_id="c", traceparent="t"
)

CONTRACT = {
    "reservation": "requested payment_deferred payment_reopened confirmed rescheduled started completed cancelled "
    "expired refund_requested",
    "payment": "pending approved declined refunding refunded refund_delayed compensation_owed compensation_paid available",
    "cleaning": "cleaner_registered offered accepted declined offer_expired offer_revoked unfilled withdrawn en_route "
    "started completed called_off no_show",
    "notification": "sent failed suppressed broadcast_finished",
    "bot": "person_linked contact_changed consent_changed handover_requested",
}

# Hypothesis puts the zone on bounds that have none.
FIRST, LAST = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001
moments = st.datetimes(timezones=st.just(UTC), min_value=FIRST, max_value=LAST)
DOCUMENT = asyncapi("0")


def event_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    hints = get_type_hints(kind)
    return st.builds(kind, **{each.name: _value(hints[each.name]) for each in fields(kind)})


def _value(hint) -> st.SearchStrategy:
    known = {str: st.text(max_size=20), int: st.integers(0, 2**31), bool: st.booleans(), datetime: moments}
    if hint == datetime | None:
        return st.none() | moments
    return known[hint] if hint in known else st.from_type(hint)


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_any_event_survives_the_wire_and_fits_the_asyncapi_document(event_type):
    payload = DOCUMENT["components"]["messages"][event_type]["payload"]
    # The schema's references are those of the document that it stands in.
    validator = Draft202012Validator({**payload, "components": {"schemas": DOCUMENT["components"]["schemas"]}})

    @settings(max_examples=5)
    @given(event_of(EVENTS[event_type]))
    def check(event):
        body = encode(event, replace(ENVELOPE, causation_id=ENVELOPE.id))
        received = decode(body)
        assert received.event == event
        assert (received.sequence, received.subject, received.time) == (7, event.subject, MOMENT)
        validator.validate(json.loads(body))
        assert with_sequence(body, 10**18) == encode(
            event, replace(ENVELOPE, causation_id=ENVELOPE.id, sequence=10**18)
        )

    check()


def test_every_type_of_the_contract_is_there():
    promised = {f"ssak3.{context}.{name}.v1" for context, names in CONTRACT.items() for name in names.split()}
    assert promised <= set(EVENTS)


def test_the_attributes_are_cloudevents():
    event = ReservationCancelled(
        reservation_id="r", customer_id="c", version=3, by="customer", reason="", tier_percent=0, paid_krw=1, fee_krw=0,
        refund_krw=1, compensation_krw=0, policy_version="1", starts_at=MOMENT, cancelled_at=MOMENT,
    )  # fmt: skip
    wire = json.loads(encode(event, ENVELOPE))
    assert {name: wire[name] for name in wire if name != "data"} == {
        "specversion": "1.0",
        "id": ENVELOPE.id,
        "source": "/ssak3/reservation",
        "type": "ssak3.reservation.cancelled.v1",
        "subject": "r",
        "time": "2026-11-23T06:00:00Z",
        "datacontenttype": "application/json",
        "sequence": "00000000000000000007",
        "causationid": "c",
        "traceparent": "t",
    }
    assert wire["data"]["agency_id"] == "default"


def test_a_field_from_the_future_is_ignored_and_nonsense_is_named():
    kind = EVENTS["ssak3.payment.available.v1"]
    body = encode(kind(provider="toss", since=MOMENT), ENVELOPE)  # type: ignore[call-arg]
    assert decode(body.replace(b'"provider":', b'"from_the_future":1,"provider":')).event == decode(body).event
    with pytest.raises(Malformed):
        decode(b"{}")
    with pytest.raises(Malformed, match="unknown event type"):
        decode(
            b'{"specversion":"1.0","id":"1","source":"s","type":"x","subject":"s","time":"2026-11-23T06:00:00Z","sequence":"1","data":{}}'
        )
    with pytest.raises(Malformed):
        decode(b"\xff\x00 not json")


def test_a_naive_time_is_refused_on_both_ends():
    kind = EVENTS["ssak3.payment.available.v1"]
    naive = MOMENT.replace(tzinfo=None)
    with pytest.raises(ValueError, match="no offset"):
        encode(kind(provider="toss", since=naive), ENVELOPE)  # type: ignore[call-arg]
    good = encode(kind(provider="toss", since=MOMENT), ENVELOPE)  # type: ignore[call-arg]
    with pytest.raises(Malformed, match="no offset"):
        decode(good.replace(b'"since":"2026-11-23T06:00:00Z"', b'"since":"2026-11-23T06:00:00"'))


def test_the_page_tells_what_the_types_are():
    """A difference here is a change of the contract: only added fields are allowed, then write the page again."""
    assert (ROOT / "docs/events.md").read_text() == page(), "ssak3 events list --markdown > docs/events.md"


def test_who_follows_a_context_hears_all_of_it():
    for event_type in EVENTS:
        context = event_type.split(".")[1]
        assert set(listeners(event_type)) == {name for name, follows in FOLLOWS.items() if context in follows}
