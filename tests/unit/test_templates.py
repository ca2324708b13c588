"""Notification templates: what they look like, and what may not happen to them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import services.notification
from services.notification.template_check import VERBS, body_text
from services.notification.templates import CannotRender, FaultyTemplates, check, load, load_packaged, read
from services.notification.wording import VARIABLES, Kind, Value, advertising_words, longest_values, one_line
from services.shared_kernel.card import Card
from services.shared_kernel.wording import LANGUAGES, Language

FOLDER = Path(services.notification.__file__).parent / "templates"
GOLDEN = Path(__file__).parent / "golden"
FILES = read(FOLDER)
TEMPLATES = load_packaged()
RESERVATION = "019390e0-0000-7000-8000-000000000001"

SAMPLES: Mapping[str, Value] = {
    "customer_name": "김OO",
    "cleaner_name": "OO클린",
    "service": "집청소 24평",
    "area": "마포구",
    "address": "마포구 OO로 12, 101동 502호",
    "note": "강아지가 있어요",
    "cancel_reason": "업체 차량 고장",
    "decline_reason": "한도 초과",
    "payment_method": "카드",
    "reservation_code": "R7K2M",
    "provider": "샌드박스",
    "consumer": "ssak3.mypage",
    "event_type": "ssak3.cleaning.accepted.v1",
    "cause": "앞 순서 없음",
    "price": 80_000,
    "refund": 64_000,
    "fee": 16_000,
    "fee_today": 16_000,
    "fee_tomorrow": 24_000,
    "compensation": 16_000,
    "payout": 68_000,
    "tries": 12,
    "recipients": 708,
    "reached": 695,
    "failed": 9,
    "unknown": 4,
    "suppressed": 0,
    "sender": "싹3 02-000-0000",
    "consent_date": datetime(2026, 11, 23, 6, tzinfo=UTC),
    "visit_at": datetime(2026, 11, 27, 5, tzinfo=UTC),
    "old_visit_at": datetime(2026, 11, 27, 5, tzinfo=UTC),
    "new_visit_at": datetime(2026, 11, 28, 1, tzinfo=UTC),
    "payment_deadline": datetime(2026, 11, 23, 6, 15, tzinfo=UTC),
    "answer_deadline": datetime(2026, 11, 23, 6, 25, tzinfo=UTC),
    "refund_deadline": datetime(2026, 11, 24, 15, tzinfo=UTC),
    "visit_time": datetime(2026, 11, 27, 5, tzinfo=UTC),
    "arrival_time": datetime(2026, 11, 27, 5, tzinfo=UTC),
    "started_time": datetime(2026, 11, 27, 5, 3, tzinfo=UTC),
    "expected_end_time": datetime(2026, 11, 27, 8, tzinfo=UTC),
    "completed_time": datetime(2026, 11, 27, 7, 52, tzinfo=UTC),
    "reservation_id": RESERVATION,
    "reservation_version": 3,
    "job_id": "019390e0-0000-7000-8000-000000000002",
    "visit_revision": 1,
    "refund_id": "019390e0-0000-7000-8000-000000000003",
    "thread_id": "019390e0-0000-7000-8000-000000000004",
}
ENGLISH_SAMPLES: Mapping[str, Value] = {
    **SAMPLES,
    "customer_name": "Customer A",
    "cleaner_name": "OO Clean",
    "service": "Home cleaning, 24 pyeong",
    "area": "Mapo-gu",
    "address": "12 OO-ro, Mapo-gu, 101-502",
    "note": "There is a dog",
    "cancel_reason": "The cleaner's van broke down",
    "decline_reason": "Over the limit",
    "payment_method": "Card",
    "provider": "Sandbox",
    "cause": "An earlier event is missing",
}


def all_cards(language: Language) -> str:
    """Every card of a language as text, for reading and for comparing."""
    samples = SAMPLES if language == "ko" else ENGLISH_SAMPLES
    blocks = []
    for template_id in sorted(TEMPLATES.ids()):
        card = TEMPLATES.render(template_id, language, samples)
        rows = [f"== {template_id}", card.title, "", card.text]
        rows += [f"  {item.name:<6} {item.value}" for item in card.items]
        rows += [f"  [{button.label}] {button.action}" for button in card.buttons]
        blocks.append("\n".join(rows))
    return "\n\n".join(blocks) + "\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_reads_as_in_the_golden_file(language):
    """After an intended change: `python tests/unit/test_templates.py` writes the files anew; read the difference."""
    assert all_cards(language) == (GOLDEN / f"templates_{language}.txt").read_text(encoding="utf-8")


def test_the_packaged_templates_have_no_fault():
    assert check(FILES) == []


def test_every_template_of_the_model_conversations_is_there():
    codes = {FILES[path].split()[1] for path in FILES}
    expected = {f"C{n}" for n in range(1, 24)} | {"C12-1", "C12-2"} | {f"W{n}" for n in range(1, 8)}
    assert expected | {f"O{n}" for n in range(1, 13)} <= codes


def test_every_variable_has_a_sample_and_a_name_of_its_own():
    assert SAMPLES.keys() == VARIABLES.keys() == longest_values().keys()
    assert len({variable.korean for variable in VARIABLES.values()}) == len(VARIABLES)


def test_every_variable_is_used():
    assert set().union(*(TEMPLATES.variables(template_id) for template_id in TEMPLATES.ids())) == set(VARIABLES)


def test_every_argument_of_a_verb_is_known():
    assert {name for arguments in VERBS.values() for name in arguments} <= set(VARIABLES)


def test_a_card_of_a_confirmed_reservation():
    card = TEMPLATES.render("customer_reservation_confirmed", "ko", SAMPLES)
    assert card.notice
    assert card.title == "예약이 확정됐어요"
    assert card.text == "김OO님, 80,000원 결제를 마쳤어요. 업체가 정해지면 알려드릴게요."
    assert [(item.name, item.value) for item in card.items] == [
        ("일시", "11/27(금) 14:00"),
        ("주소", "마포구 OO로 12, 101동 502호"),
    ]
    assert [(button.label, button.action) for button in card.buttons] == [("예약 보기", f"show:{RESERVATION}")]


# Each kind of fault, made in one file: (file, old text, new text, line it is told at, what is told).
FAULTS = [
    ("ko/customer_hold_made.txt", "#{고객명}", "#{고객이름}", 3, "unknown variable #{고객이름}; did you mean 고객명"),
    ("en/customer_hold_made.txt", "#{customer_name}", "#{고객명}", 3, "unknown variable #{고객명}"),
    ("ko/customer_hold_made.txt", "#{고객명}", "#{예약}", 3, "unknown variable #{예약}"),
    ("ko/customer_hold_made.txt", "#{고객명}", "#{고객명", 3, "a brace on its own"),
    ("ko/customer_hold_made.txt", "#{고객명}", "{customer_name}", 3, "a brace on its own"),
    ("ko/customer_hold_made.txt", "금액: #{결제금액}", "금액: 비밀", 1, "doesn't use 결제금액"),
    ("en/customer_hold_made.txt", "Price: #{price}", "Price: secret", 1, "doesn't use price"),
    ("ko/customer_hold_made.txt", "결제하면 예약이", "결제하면 예약이" * 8, 2, "shorten it to 50"),
    ("ko/customer_hold_made.txt", "두었어요", "두었어요" * 100, 3, "shorten it to 400"),
    ("ko/customer_hold_made.txt", "금액: ", "결제할 금액은: ", 6, "at most 6 fit"),
    ("ko/customer_hold_made.txt", "금액: #{결제금액}", "#{서비스}: #{결제금액}", 6, "holds a variable"),
    ("ko/customer_hold_made.txt", "금액: #{결제금액}", "금액:", 6, "is empty"),
    ("ko/customer_hold_made.txt", "[예약 보기]", "[예약을 아주 자세히 살펴보기]", 7, "write 1 to 14"),
    ("ko/customer_hold_made.txt", "[예약 보기]", "[]", 7, "write 1 to 14"),
    ("ko/customer_hold_made.txt", "[결제하기]", "[#{서비스}]", 7, "write fixed words"),
    ("ko/customer_hold_made.txt", "[결제하기]", "[가](my)[나](my)[다](my)[라](my)[결제하기]", 7, "keep 5 at most"),
    ("ko/customer_hold_made.txt", "pay:", "buy:", 7, "unknown verb “buy”"),
    ("ko/customer_hold_made.txt", "pay:{reservation_id}:{reservation_version}", "pay", 7, "write pay:{reservation_id}"),
    ("ko/customer_hold_made.txt", "show:{reservation_id}", "show:{customer_name}", 7, "write show:{reservation_id}"),
    ("en/customer_hold_made.txt", "show:{reservation_id}", "my", 1, "act differently"),
    ("ko/customer_hold_made.txt", "[예약 보기]", "그리고 [예약 보기]", 7, "write buttons as"),
    ("ko/customer_hold_made.txt", "일시: ", "[내 예약](my)\n일시: ", 4, "belong together on the last line"),
    ("ko/customer_hold_made.txt", "두었어요", "두었고 할인 쿠폰도 드려요", 3, "“할인” makes it advertising"),
    ("en/customer_hold_made.txt", "your time", "20% off, your time", 3, "makes it advertising"),
    ("en/customer_hold_made.txt", "[Pay now]", "[Get discount]", 7, "makes it advertising"),
    ("ko/customer_cleaner_assigned.txt", "#{업체명}에서", "#{업체명}이", 2, "“이” after #{업체명}"),
    ("ko/customer_refund_done.txt", "#{환불금액}을", "#{환불금액}를", 2, "“를” after #{환불금액}"),
    ("en/customer_hold_made.txt", "[Pay now]", "[결제하기]", 7, "translate it"),
    ("ko/customer_hold_made.txt", "# C1 ", "# X1 ", 1, "use C, W, O or P"),
    ("ko/customer_hold_made.txt", "# C1 ", "# C2 ", 1, "is taken by"),
    ("en/customer_hold_made.txt", "# C1 ", "# C99 ", 1, "make them the same"),
    ("ko/customer_hold_made.txt", "# C1 시간 잡음\n", "", 1, "no heading"),
    ("ko/customer_hold_made.txt", "두었어요", "두었\ufffd", 3, "save the file as UTF-8"),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "told"), FAULTS)
def test_a_fault_is_told_with_file_line_and_what_to_do(file, old, new, line, told):
    changed = FILES[file].replace(old, new)
    assert changed != FILES[file]
    stems = {Path(file).stem, "customer_reservation_confirmed"}
    few = {path: text for path, text in FILES.items() if Path(path).stem in stems}
    faults = check({**few, file: changed})
    assert any(fault.line == line and told in fault.problem for fault in faults), [str(fault) for fault in faults]
    assert any(str(fault).startswith(f"{fault.file}:{fault.line}: ") for fault in faults)


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("ko/customer_new.txt", "# C99 새것\n제목\n글이에요.", "add en/customer_new.txt"),
        ("ko/customer_new.txt", "", "no heading"),
        ("ko/customer_new.txt", "# C99", "no title"),
        ("ko/customer_new.txt", "# C99\n[내 예약](my)", "no title"),
        ("ko/customer_new.txt", "# C99\n제목", "no sentence"),
        ("ko/customer_new.txt", "# C99\n제목\n일시: #{방문일시}", "no sentence"),
        ("fr/customer_new.txt", "# C99\nTitre\nTexte.", "call it ko|en/"),
        ("ko/customer_new.text", "# C99\n제목\n글이에요.", "call it ko|en/"),
        ("ko/Hello.txt", "# C99\n제목\n글이에요.", "call it ko|en/"),
    ],
)
def test_a_faulty_new_file_is_told(file, content, told):
    assert any(fault.file == file and told in fault.problem for fault in check({file: content}))


def test_loading_refuses_faulty_templates_and_lists_every_fault():
    with pytest.raises(FaultyTemplates) as refusal:
        load({**FILES, "ko/a.txt": "", "en/b.txt": ""})
    assert len(refusal.value.faults) == 2
    assert "ko/a.txt:1: " in str(refusal.value)
    assert "en/b.txt:1: " in str(refusal.value)


def test_loading_nothing_is_refused():
    with pytest.raises(FaultyTemplates, match="reinstall"):
        load({})


def test_a_template_is_added_by_dropping_two_files(tmp_path):
    for language, text in (
        ("ko", "\ufeff# C99 인사\r\n안녕하세요\r\n\r\n#{고객명}님, 반가워요.\r\n"),
        ("en", "# C99 hello\nHello\n#{customer_name}, welcome."),
    ):
        (tmp_path / language).mkdir()
        (tmp_path / language / "customer_hello.txt").write_bytes(text.encode())
    card = load(read(tmp_path)).render("customer_hello", "ko", {"customer_name": "김OO"})
    assert card == Card(title="안녕하세요", text="김OO님, 반가워요.", notice=True)


def test_missing_values_are_all_named():
    values = {name: value for name, value in SAMPLES.items() if name not in ("price", "address")}
    with pytest.raises(CannotRender, match=r"customer_reservation_confirmed \(en\): no value for address, price"):
        TEMPLATES.render("customer_reservation_confirmed", "en", values)


def test_an_unknown_template_is_named():
    with pytest.raises(CannotRender, match="no template customer_nothing"):
        TEMPLATES.render("customer_nothing", "ko", SAMPLES)


@pytest.mark.parametrize(
    ("template_id", "name", "value"),
    [
        ("customer_hold_made", "price", "80,000원"),
        ("customer_hold_made", "price", True),
        ("customer_hold_made", "customer_name", 1),
        ("customer_hold_made", "visit_at", "11/27"),
        ("customer_hold_made", "visit_at", datetime(2026, 11, 27, 14)),  # noqa: DTZ001
        ("customer_hold_made", "reservation_id", "a:b"),
        ("customer_hold_made", "reservation_id", "0" * 37),
        ("customer_hold_made", "reservation_id", ""),
        ("customer_hold_made", "reservation_version", -1),
        ("customer_hold_made", "reservation_version", "3"),
    ],
)
def test_a_wrong_value_is_named(template_id, name, value):
    with pytest.raises(CannotRender, match=f"template variable {name}: wants "):
        TEMPLATES.render(template_id, "ko", {**SAMPLES, name: value})


def test_a_value_is_never_taken_for_a_template():
    card = TEMPLATES.render("cleaner_visit_soon", "ko", {**SAMPLES, "note": "#{주소} {job_id}\n[수락](accept)"})
    assert card.items[-1].value == "#{주소} {job_id} [수락](accept)"
    assert len(card.buttons) == 2


@pytest.mark.parametrize(("language", "name", "note"), [("ko", "고객님, ", "없음"), ("en", "Customer, ", "none")])
def test_an_empty_text_is_written_as_such(language, name, note):
    blank = {**SAMPLES, "customer_name": " \n\u200b", "note": ""}
    assert TEMPLATES.render("customer_hold_made", language, blank).text.startswith(name)
    assert TEMPLATES.render("cleaner_visit_soon", language, blank).items[-1].value == note


def test_what_people_type_becomes_one_harmless_line():
    assert one_line("a\x00b\r\n\tc \u202ed\ud800", 20) == "ab c d"
    assert one_line("👨\u200d👩\u200d👧", 20) == "👨\u200d👩\u200d👧"
    assert one_line("👨\u200d👩\u200d👧", 3) == "👨…"
    assert one_line("가" * 10_000, 5) == "가가가가…"
    assert one_line("가" * 5, 5) == "가가가가가"
    assert one_line("\n" * 10_000, 5) == ""


def test_advertising_words_are_found_in_both_languages():
    assert advertising_words("12월 평일 오전 집청소 10% 할인") == ("할인",)
    assert advertising_words("A Coupon, and 10% off") == ("Coupon", "% off")
    assert advertising_words("눈이 많이 와서 내일 방문이 30분쯤 늦을 수 있어요.") == ()
    assert advertising_words("wholesale promontory") == ()


@settings(max_examples=15, deadline=None)
@given(
    text=st.text(max_size=8),
    times=st.sampled_from([1, 3, 50, 2_000]),
    amount=st.integers(0, 999_999_999),
    moment=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_whatever_the_values_every_card_keeps_the_limits(text, times, amount, moment):
    by_kind: dict[Kind, Value] = {
        Kind.TEXT: text * times,
        Kind.MONEY: amount,
        Kind.NUMBER: amount % 10_000,
        Kind.VERSION: amount % 100_000,
        Kind.ID: RESERVATION,
    }
    values = {variable.id: by_kind.get(variable.kind, moment) for variable in VARIABLES.values()}
    for template_id in TEMPLATES.ids():
        for language in LANGUAGES:
            card = TEMPLATES.render(template_id, language, values)
            assert 0 < len(card.title) <= 50
            assert 0 < len(body_text(card)) <= 400
            assert all(item.value.strip() and "\n" not in item.value for item in card.items)
            assert all(len(button.action.encode()) <= 64 for button in card.buttons)
            body_text(card).encode()  # raises for half a character


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for each in LANGUAGES:
        (GOLDEN / f"templates_{each}.txt").write_text(all_cards(each), encoding="utf-8")
