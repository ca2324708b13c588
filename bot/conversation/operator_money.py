"""An operator gives money back, hurries a refund, and notes compensations that were paid out."""

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from bot.conversation.effects_operator import (
    OperatorRefund,
    Owed,
    OwedCompensations,
    PayCompensation,
    RetryRefund,
)
from bot.conversation.operator_cancel import reason_problem
from bot.conversation.operator_talk import (
    NAMED,
    OperatorTalk,
    booking_rows,
    left_krw,
    menu,
    money_of,
    no_such_reservation,
    old_button,
    the_one,
    with_reservation,
    with_rows,
)
from bot.conversation.parse.operator_words import without_yes_or_no
from bot.conversation.parse.staff import is_all_of_it, is_half_of_it, won_in
from bot.conversation.talk import MOST_BUTTONS, button, pair
from bot.conversation.turn import Conversation, Effect, Turn, ask
from services.payment.refusals import OtherAttempt, RefundTooLarge
from services.shared_kernel.card import Card, Item
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound

MOST_OWED = 9

Look = Generator[Effect[Any], Any, Turn | None]

# What a refund's questions remember.
_KEPT = ("reservation", "payment", "customer", "left", "amount", "reason", "refund")


def refund(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """일부 환불: how much."""
    return (yield from refund_with_amount(talk, arguments[0], ""))


def refund_with_amount(talk: OperatorTalk, reservation_id: str, text: str) -> Conversation:
    """환불 R7K2Q 2만원; without a sum it is asked for."""
    found = yield from the_one(reservation_id)
    if found is None:
        return no_such_reservation(talk)
    view, left = found.reservation, left_krw(found.reservation)
    if view.payment is None or view.payment.status in ("OPEN", "CLOSED"):
        return with_reservation(talk, talk.say.nothing_paid(), view)
    if left <= 0:
        return with_reservation(talk, f"{talk.say.nothing_left()} {money_of(talk, view)}.", view)
    keep = {
        "reservation": view.id,
        "payment": view.payment.id,
        "customer": found.customer_name,
        "left": str(left),
    }
    return _amount(talk, keep, text) if text else _ask_amount(talk, keep, talk.say.ask_amount(left))


def _ask_amount(talk: OperatorTalk, keep: Mapping[str, str], text: str) -> Turn:
    left = int(keep["left"])
    return talk.question(text, [button(talk.say.won(left), "refund_of", left)], asking="amount", keep=keep)


def amount_given(talk: OperatorTalk, text: str) -> Conversation:
    """The sum, typed."""
    yield from ()
    keep = talk.recall("reservation", "payment", "customer", "left", NAMED)
    return _amount(talk, keep, text) if "left" in keep else old_button(talk)


def amount_tapped(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """The sum, tapped."""
    return (yield from amount_given(talk, arguments[0]))


def _amount(talk: OperatorTalk, keep: Mapping[str, str], text: str) -> Turn:
    left = int(keep["left"])
    amount = _sum_in(text, left)
    if not amount:
        return _ask_amount(talk, keep, talk.say.amount_unclear(left))
    if amount > left:
        return _ask_amount(talk, keep, talk.say.too_much(left))
    return talk.question(talk.say.ask_refund_reason(), asking="refund_reason", keep={**keep, "amount": str(amount)})


def _sum_in(text: str, left: int) -> int | None:
    if is_all_of_it(text):
        return left
    return left // 2 if is_half_of_it(text) else won_in(text)


def refund_reason_given(talk: OperatorTalk, text: str) -> Conversation:
    """The reason; now the sum is shown once more. The refund's id is this message's: it is made at most once."""
    keep, reason = talk.recall("reservation", "payment", "customer", "left", "amount", NAMED), " ".join(text.split())
    if "amount" not in keep:
        return old_button(talk)
    if not reason:
        return talk.question(talk.say.ask_refund_reason(), asking="refund_reason", keep=keep)
    if (problem := reason_problem(talk, reason)) is not None:
        return talk.question(problem, asking="refund_reason", keep=keep)
    return (yield from _confirm(talk, {**keep, "reason": reason}))


def amount_instead(talk: OperatorTalk, text: str) -> Look:
    """3만원으로, to the question whether it may go back: the same question about that sum. None for no sum."""
    keep = talk.recall("reservation", "payment", "customer", "left", "amount", "reason", NAMED)
    amount = _sum_in(without_yes_or_no(text), int(keep.get("left", "0")))
    if not amount or "reason" not in keep:
        return None
    if amount > int(keep["left"]):
        return _ask_amount(talk, keep, talk.say.too_much(int(keep["left"])))
    return (yield from _confirm(talk, {**keep, "amount": str(amount)}))


def _confirm(talk: OperatorTalk, keep: Mapping[str, str]) -> Conversation:
    refund_id = talk.context.fresh_id
    yes = button(talk.say.confirm_refund, "oprefund!", refund_id)
    text = talk.say.confirm_amount(keep["customer"], int(keep["amount"]), keep["reason"])
    says = pair(text, yes, button(talk.say.stop, "stop"))
    turn = talk.answer(says, asking="confirm", keep={**keep, "refund": refund_id})
    found = (yield from the_one(keep["reservation"])) if NAMED in keep else None
    return turn if found is None else with_rows(turn, booking_rows(talk, found))


def refund_surely(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """환불 확정. A second tap finds nothing to confirm."""
    keep = talk.recall(*_KEPT)
    if keep.get("refund") != arguments[0] or len(keep) < len(_KEPT):
        return old_button(talk)
    wanted = OperatorRefund(
        payment_id=keep["payment"],
        refund_id=keep["refund"],
        amount_krw=int(keep["amount"]),
        reason=keep["reason"],
    )
    try:
        made = yield from ask(wanted)
    except RefundTooLarge as refusal:
        if refusal.left_krw <= 0:
            return talk.answer(menu(talk, talk.say.nothing_left()))
        again = {**talk.recall("reservation", "payment", "customer", NAMED), "left": str(refusal.left_krw)}
        return _ask_amount(talk, again, talk.say.too_much(refusal.left_krw))
    except (OtherAttempt, NotFound):
        return old_button(talk)
    return talk.answer(menu(talk, talk.say.refunding(made.amount_krw)))


def retry_refund(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """지금 다시 시도."""
    try:
        made = yield from ask(RetryRefund(refund_id=arguments[0]))
    except NotFound:
        return old_button(talk)
    return talk.answer(menu(talk, talk.say.refund_state(made.status.value, made.amount_krw, made.due_at)))


# Compensations


def owed(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """보상금: what is to be paid out."""
    found = yield from ask(OwedCompensations())
    say = talk.say
    if not found:
        return talk.answer(menu(talk, say.nothing_owed()))
    total = sum(each.compensation.amount_krw for each in found)
    says = [
        Card(
            text=say.owed_count(len(found), total) if at == 0 else "",
            title=say.owed_title,
            items=tuple(_owed_line(talk, each) for each in found[at : at + MOST_BUTTONS]),
            buttons=tuple(
                button(say.paid_out(short_code(each.reservation_id)), "paid", each.compensation.id)
                for each in found[at : at + MOST_BUTTONS]
            ),
        )
        for at in range(0, min(len(found), MOST_OWED), MOST_BUTTONS)
    ]
    if len(found) > MOST_OWED:
        says.append(Card(text=say.and_more(len(found) - MOST_OWED)))
    return talk.answer(*says)


def _owed_line(talk: OperatorTalk, each: Owed) -> Item:
    line = talk.say.owed_line(each.customer_name, each.compensation.amount_krw, each.compensation.owed_since)
    return Item(name=short_code(each.reservation_id), value=line)


def paid(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """지급했어요: asked once more, with the sum, because the customer is told."""
    found = yield from ask(OwedCompensations())
    each = next((each for each in found if each.compensation.id == arguments[0]), None)
    if each is None:
        return old_button(talk)
    text = talk.say.confirm_compensation(each.customer_name, each.compensation.amount_krw)
    yes = button(talk.say.confirm_paid, "paid!", each.compensation.id)
    return talk.answer(pair(text, yes, button(talk.say.not_yet, "owed")))


def paid_surely(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """보냈어요. Noted already: the same answer."""
    try:
        compensation = yield from ask(PayCompensation(compensation_id=arguments[0]))
    except NotFound:
        return old_button(talk)
    return talk.answer(menu(talk, talk.say.compensation_paid(compensation.amount_krw)))
