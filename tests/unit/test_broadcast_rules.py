"""Who gets a broadcast, when and in what words; advertising at every boundary of the law."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from services.notification.broadcasts.audience import Candidate, audience_of, digest_of, why_excluded
from services.notification.broadcasts.refusals import LooksLikeAdvertising, NoSender, WrongWording
from services.notification.broadcasts.values import Exclusion, Kind, Segment, Wording
from services.notification.broadcasts.wording import check, drawn, sample_values
from services.notification.model import Ad, Delivery, Info
from services.notification.outcomes import Unclear, after, next_channel
from services.notification.policies import advertising_waits_until, contact_after_send, next_consent_reminder, prepared
from services.notification.ports import Accepted, Rejected
from services.notification.refusals import AdvertisingRefused, NotAllowed
from services.notification.template_file import CannotRender
from services.notification.values import Agency, Contact, DeliveryStatus
from services.shared_kernel.card import Button
from services.shared_kernel.clock import KST
from tests.support.time import MONDAY_AFTERNOON

S = DeliveryStatus
AGENCY = Agency(name="싹3", contact="02-000-0000")
DAY = replace(
    Contact(person_id="p-1", role="customer", channels=("telegram", "web")), consent_day_at=MONDAY_AFTERNOON
)  # fmt: skip
NIGHT = replace(DAY, consent_night_at=MONDAY_AFTERNOON)
USABLE = ("telegram", "web")
ABOUT: dict[str, Any] = {
    "id": "n-1",
    "cause": "broadcast:b-1",
    "cause_event_id": None,
    "recipient_id": "p-1",
    "template": "broadcast",
    "values": {},
    "created_at": MONDAY_AFTERNOON,
}
AD, INFO = Ad(**ABOUT, broadcast_id="b-1"), Info(**ABOUT)


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, 24, hour, minute, second, tzinfo=KST)


def queued(notification: Ad | Info) -> Delivery:
    return Delivery.of_broadcast(notification, broadcast_id="b-1", starts_at=MONDAY_AFTERNOON)


def ready(notification: Ad | Info, contact: Contact | None, now: datetime) -> Delivery:
    return prepared(queued(notification), notification, contact, None, usable=USABLE, by="s-1", now=now)


@pytest.mark.parametrize(
    ("now", "contact", "status"),
    [
        (at(20, 59, 49), DAY, S.SENDING),
        (at(20, 59, 50), DAY, S.DEFERRED),  # a send may take ten seconds
        (at(20, 59, 59), DAY, S.DEFERRED),
        (at(21), DAY, S.DEFERRED),
        (at(0), DAY, S.DEFERRED),
        (at(7, 59, 59), DAY, S.DEFERRED),
        (at(8), DAY, S.SENDING),
        (at(20, 59, 50), NIGHT, S.SENDING),
        (at(21), NIGHT, S.SENDING),
        (at(7, 59, 59), NIGHT, S.SENDING),
        (at(8), NIGHT, S.SENDING),
    ],
)
def test_advertising_stays_home_at_night_without_consent(now: datetime, contact: Contact, status: DeliveryStatus):
    delivery = ready(AD, contact, now)
    assert delivery.status is status
    if status is S.DEFERRED:
        assert delivery.not_before.astimezone(KST).timetz() == at(8).timetz()
        assert delivery.reason == "night"


@pytest.mark.parametrize(
    ("contact", "reason"),
    [
        (replace(DAY, consent_day_at=None), "no_consent"),
        (replace(DAY, consent_day_at=None, consent_withdrawn_at=MONDAY_AFTERNOON), "opted_out"),
        (None, "no_consent"),
    ],
)
def test_whoever_doesnt_agree_any_more_gets_none(contact: Contact | None, reason: str):
    delivery = ready(AD, contact, at(15))
    assert (delivery.status, delivery.reason) == (S.SUPPRESSED, reason)


def test_information_waits_only_for_who_asked_for_it():
    assert ready(INFO, DAY, at(22)).status is S.SENDING
    assert ready(INFO, replace(DAY, quiet_at_night=True), at(22)).status is S.DEFERRED
    assert ready(INFO, replace(DAY, quiet_at_night=True), at(20, 59, 59)).status is S.SENDING


def test_no_other_way_makes_a_delivery_of_advertising():
    with pytest.raises(AdvertisingRefused):
        Delivery.first(AD, id="d-1")


@pytest.mark.parametrize("notification", [AD, INFO])
def test_what_may_have_been_sent_is_never_repeated(notification: Ad | Info):
    taken = ready(notification, DAY, at(15))
    lost = after(taken, Unclear(repeatable=False, reason="Unsure"), at(15))
    assert lost.status is S.UNKNOWN
    assert next_channel(lost, [lost], DAY, USABLE) is None
    with pytest.raises(NotAllowed):
        lost.fall_back(id="d-2", channel="web", again=True, at=at(15))


def test_what_surely_failed_falls_back_within_the_broadcast():
    failed = after(ready(AD, DAY, at(15)), Rejected(reason="blocked", permanent=True), at(15))
    assert next_channel(failed, [failed], DAY, USABLE) == "web"
    _, hop = failed.fall_back(id="d-2", channel="web", again=False, at=at(15))
    assert hop.broadcast_id == "b-1"


def test_who_blocked_us_is_remembered_until_something_arrives():
    taken = ready(INFO, DAY, at(15))
    blocked = contact_after_send(DAY, taken.fail(reason="blocked"))
    assert blocked == replace(DAY, blocked=("telegram",))
    assert contact_after_send(blocked, after(taken, Accepted(), at(15))) == DAY
    assert contact_after_send(DAY, taken.fail(reason="too_long")) == DAY


@pytest.mark.parametrize(
    ("contact", "kind", "why"),
    [
        (DAY, Kind.AD, None),
        (DAY, Kind.INFO, None),
        (replace(DAY, consent_day_at=None), Kind.INFO, None),
        (replace(DAY, consent_day_at=None), Kind.AD, Exclusion.NO_CONSENT),
        (replace(DAY, consent_day_at=None, consent_withdrawn_at=at(1)), Kind.AD, Exclusion.OPTED_OUT),
        (replace(DAY, channels=()), Kind.INFO, Exclusion.NO_CHANNEL),
        (replace(DAY, channels=("kakao",)), Kind.INFO, Exclusion.NO_CHANNEL),
        (replace(DAY, blocked=("telegram",)), Kind.INFO, None),
        (replace(DAY, channels=("telegram",), blocked=("telegram",)), Kind.INFO, Exclusion.BLOCKED),
        (replace(DAY, channels=("telegram",), blocked=("telegram",), consent_day_at=None), Kind.AD, Exclusion.NO_CONSENT),
    ],
)  # fmt: skip
def test_why_somebody_gets_nothing(contact: Contact, kind: Kind, why: Exclusion | None):
    assert why_excluded(contact, kind, USABLE) is why


def test_a_digest_names_people_words_segment_kind_sender_and_day():
    people = [Candidate(contact=replace(DAY, person_id=f"p-{n}")) for n in range(3)]
    about: dict[str, Any] = {
        "kind": Kind.AD, "segment": Segment(), "wording": Wording(text_ko="눈"), "agency": AGENCY,
        "on": date(2026, 11, 24),
    }  # fmt: skip

    def digest(chosen: list[Candidate], **changed: Any) -> str:
        return digest_of(audience_of(chosen, Kind.INFO, USABLE), **{**about, **changed})

    whole = digest(people)
    assert digest(people[::-1]) == whole, "whatever the order in which they were found"
    others = [
        digest(people[:2]),
        digest(people, kind=Kind.INFO),
        digest(people, segment=Segment(role="customer")),
        digest(people, wording=Wording(text_ko="눈", text_en="snow")),
        digest(people, agency=replace(AGENCY, contact="02-111-1111")),
        digest(people, on=date(2026, 11, 25)),
    ]
    assert whole not in others
    assert len(set(others)) == len(others)


# Words


@pytest.mark.parametrize(
    ("wording", "problem", "detail"),
    [
        (Wording(text_ko=" \n"), "empty", ""),
        (Wording(text_ko="가" * 1001), "too_long", "1001"),
        (Wording(text_ko="안녕", text_en="a" * 1002), "too_long", "1002"),
        (Wording(text_ko="#{이름}님"), "unknown_variable", "이름"),
        (Wording(text_ko="#{결제금액}"), "unknown_variable", "결제금액"),
        (Wording(text_ko="안녕", text_en="#{고객명}"), "unknown_variable", "고객명"),
        (Wording(text_ko="#{방문일시}에 가요"), "variable_not_here", "방문일시"),
        (Wording(text_ko="안녕", button_ko="예약"), "button", "label and action"),
        (Wording(text_ko="안녕", button_action="book"), "button", "label and action"),
        (Wording(text_ko="안녕", button_ko="예약", button_action="book", button_url="https://a.kr"), "button", "label and action"),
        (Wording(text_ko="안녕", button_ko="예약", button_action="cancel"), "button", "cancel"),
        (Wording(text_ko="안녕", button_ko="보기", button_url="http://a.kr"), "button", "http://a.kr"),
        (Wording(text_ko="안녕", button_ko="가" * 15, button_action="book"), "button", "가" * 15),
    ],
)  # fmt: skip
def test_words_that_cant_be_sent(wording: Wording, problem: str, detail: str):
    with pytest.raises(WrongWording) as refused:
        check(Kind.AD, Segment(), wording, AGENCY)
    assert (refused.value.problem, refused.value.detail) == (problem, detail)


@pytest.mark.parametrize(
    "wording",
    [
        Wording(text_ko="10% 할인"),
        Wording(text_ko="10% 할\u200b인"),
        Wording(text_ko="10% 할\u3164인"),  # Hangul's filler: a letter that shows nothing
        Wording(text_ko="10% 할\u1160인"),
        Wording(text_ko="10% 할\ufe0f인"),
        Wording(text_ko="10% 할\u0301인"),
        Wording(text_ko="안녕", text_en="Big sale\nCome in"),
        Wording(text_ko="안녕", text_en="A dis\u00adcounted price"),
        Wording(text_ko="안녕", text_en="A discount for you"),
        Wording(text_ko="안녕", button_ko="쿠폰 받기", button_action="book"),
        Wording(text_ko="(광고) 안녕"),
        Wording(text_ko="（광고） 안녕"),
        Wording(text_ko="[광고] 안녕"),
        Wording(text_ko="이번 주 입주청소 반값"),
        Wording(text_ko="입주청소 10%DC"),
        Wording(text_ko="안녕", text_en="A free cleaning for you"),
        Wording(text_ko="( 광·고 ) 안녕"),
        Wording(text_ko="안녕", text_en="[AD] hello"),
    ],
)
def test_information_isnt_advertising(wording: Wording):
    with pytest.raises(LooksLikeAdvertising):
        check(Kind.INFO, Segment(), wording, AGENCY)
    check(Kind.AD, Segment(), wording, AGENCY)


def test_words_on_two_lines_are_two_words():
    check(Kind.INFO, Segment(), Wording(text_ko="내일 방문할\n인원은 두 명이에요."), AGENCY)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "https://", "https:// a.kr", "https://localhost", "https://a.kr\u202e", "https://a.kr@b.kr",
        "https://a.kr:x", "https://[a.kr", "https://a.kr/\"x", f"https://a.kr/{'x' * 500}", "HTTPS://a.kr",
    ],
)  # fmt: skip
def test_a_button_opens_a_page(address: str):
    with pytest.raises(WrongWording) as refused:
        check(Kind.INFO, Segment(), Wording(text_ko="안녕", button_ko="보기", button_url=address), AGENCY)
    assert refused.value.problem == "button"
    assert len(refused.value.detail) <= 60


@pytest.mark.parametrize("address", ["https://a.kr", "https://싹3.kr/보기?a=1&b=%20#c", "https://a.kr:8443/"])
def test_a_page_is_opened(address: str):
    check(Kind.INFO, Segment(), Wording(text_ko="안녕", button_ko="보기", button_url=address), AGENCY)


@pytest.mark.parametrize(
    "wording",
    [
        Wording(text_ko="\u200b\u3164"),
        Wording(text_ko="안녕", text_en="\u2060"),
        Wording(text_ko="안녕", button_ko="\u3164", button_action="book"),
    ],
)
def test_what_shows_nothing_is_nothing(wording: Wording):
    with pytest.raises(WrongWording):
        check(Kind.INFO, Segment(), wording, AGENCY)


def test_advertising_needs_a_sender():
    with pytest.raises(NoSender):
        check(Kind.AD, Segment(), Wording(text_ko="안녕"), None)
    with pytest.raises(CannotRender):
        drawn(Kind.AD, Wording(text_ko="안녕"), "ko", {}, None)
    check(Kind.INFO, Segment(), Wording(text_ko="안녕"), None)


def test_around_advertising_is_what_the_law_wants():
    words = Wording(text_ko="10% 할인", text_en="10% off", button_ko="예약하기", button_en="Book", button_action="book")
    korean = drawn(Kind.AD, words, "ko", sample_values("ko", "customer"), AGENCY)
    assert korean.text == "(광고) 싹3 02-000-0000\n10% 할인\n무료 수신거부: 채팅에 ‘수신거부’"
    assert korean.buttons == (Button(label="예약하기", action="book"), Button(label="수신거부", action="opt_out"))
    english = drawn(Kind.AD, words, "en", sample_values("en", "customer"), AGENCY)
    assert english.text == "(광고) 싹3 02-000-0000\n10% off\nFree opt-out: type ‘unsubscribe’ here"
    assert english.buttons[-1] == Button(label="Unsubscribe", action="opt_out")


def test_a_preview_for_cleaners_has_a_cleaners_name():
    """Their own stands there, not that of the customer."""
    assert sample_values("ko", "cleaner")["customer_name"] == "OO클린"
    assert sample_values("ko", "customer")["customer_name"] == "김OO"


def test_information_is_as_it_was_written():
    card = drawn(Kind.INFO, Wording(text_ko="#{고객명}님, 눈이 와요."), "ko", {"customer_name": ""}, AGENCY)
    assert (card.text, card.buttons) == ("고객님, 눈이 와요.", ())


@pytest.mark.parametrize(
    ("given", "recalled"),
    [
        (datetime(2026, 11, 23, 15, tzinfo=KST), datetime(2028, 11, 23, 10, tzinfo=KST)),
        (datetime(2028, 2, 29, 9, tzinfo=KST), datetime(2030, 2, 28, 10, tzinfo=KST)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=KST), datetime(2028, 12, 31, 10, tzinfo=KST)),
    ],
)
def test_a_consent_is_recalled_two_years_later(given: datetime, recalled: datetime):
    assert next_consent_reminder(given) == recalled


def test_the_night_is_asked_for_apart():
    assert advertising_waits_until(DAY, at(21)) is not None
    assert advertising_waits_until(NIGHT, at(21)) is None
