"""An operator looks: the day, what is stuck, one reservation, its history."""

from collections.abc import Sequence

from bot.conversation.effects_operator import Board, BoardNow, FindReservations, Found, History, HistoryLine
from bot.conversation.operator_erasing import erase_button
from bot.conversation.operator_talk import (
    ABOUT,
    LIVE,
    OperatorTalk,
    cleaner_of,
    menu,
    money_of,
    no_such_reservation,
    reservation_buttons,
    show_button,
    the_one,
    with_reservation,
    work_of,
)
from bot.conversation.talk import MOST_BUTTONS, button, card, items
from bot.conversation.turn import Conversation, Turn, ask
from bot.masking import masked
from services.mypage.view import Stuck
from services.shared_kernel.card import Card, Item
from services.shared_kernel.clock import kst_date
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound

MOST_URGENT = 9
MOST_HISTORY = 20
# What happens to a reservation first: without it, the logs no longer reach back so far (ADR 25).
BEGINNING = "ssak3.reservation.requested.v1"
# Nobody comes any more.
OVER = ("CANCELLED", "EXPIRED")
STATUSES = ("CONFIRMED", "AWAITING_PAYMENT", "IN_PROGRESS", "COMPLETED", "CANCELLED", "EXPIRED")


def board(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """현황: counts of what needs a hand, of the day's visits, and whether payments go through."""
    now = yield from ask(Board(day=kst_date(talk.context.now)))
    say = talk.say
    stuck = _stuck_counts(talk, now)
    visits = [
        (say.status(status), now.visits.counts[status])
        for status in STATUSES
        if now.visits.counts.get(status) and status not in OVER
    ]
    as_of = say.until(now.visits.as_of or talk.context.now, talk.context.now)
    text = say.board_line(stuck, visits, as_of, payments_ok=now.payments_ok)
    if not stuck:
        return talk.answer(menu(talk, text))
    return talk.answer(card(text, button(say.urgent, "urgent"), quick=menu(talk, "").quick_replies))


def _stuck_counts(talk: OperatorTalk, now: BoardNow) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for each in now.visits.stuck:
        counts[each.kind] = counts.get(each.kind, 0) + 1
    if now.waiting:
        counts["waiting"] = now.waiting
    if now.left:
        counts["left"] = now.left
    if now.dead:
        counts["dead"] = now.dead
    return [(talk.say.stuck_kind(kind), count) for kind, count in counts.items()]


def urgent(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """급한 일: what is stuck the longest first, each to be looked at; then who waits and what is dead."""
    now = yield from ask(Board(day=kst_date(talk.context.now)))
    stuck = sorted(now.visits.stuck, key=lambda each: each.since)
    others_wait = now.waiting or now.left or now.dead
    if not stuck and not others_wait:
        return talk.answer(menu(talk, talk.say.nothing_urgent()))
    says = [
        _stuck_card(talk, stuck[at : at + MOST_BUTTONS], len(stuck) if at == 0 else 0)
        for at in range(0, min(len(stuck), MOST_URGENT), MOST_BUTTONS)
    ]
    if len(stuck) > MOST_URGENT:
        says.append(card(talk.say.and_more(len(stuck) - MOST_URGENT)))
    if others_wait:
        says.append(_others_wait(talk, now, is_more=bool(stuck)))
    return talk.answer(*says)


def _stuck_card(talk: OperatorTalk, stuck: Sequence[Stuck], total: int) -> Card:
    say = talk.say
    lines = [Item(name=short_code(each.reservation_id), value=say.stuck_line(each.kind, each.since)) for each in stuck]
    # one reservation can be stuck in two ways
    reservations = dict.fromkeys(each.reservation_id for each in stuck)
    return Card(
        text=say.urgent_count(total) if total else "",
        title=say.urgent_title,
        items=tuple(lines),
        buttons=tuple(show_button(talk, reservation_id) for reservation_id in reservations),
    )


def _others_wait(talk: OperatorTalk, now: BoardNow, *, is_more: bool) -> Card:
    buttons = [button(talk.say.waiting, "threads")] if now.waiting or now.left else []
    if now.dead:
        buttons.append(button(talk.say.dead, "dead"))
    return card(talk.say.others_wait(now.waiting, now.dead, is_more=is_more, left=now.left), *buttons)


# One reservation


def find(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """예약 찾기, tapped: ask what for."""
    yield from ()
    return talk.question(talk.say.ask_what_to_find(), asking="find", keep={})


def find_text(talk: OperatorTalk, text: str) -> Conversation:
    """찾기 1234."""
    wanted = " ".join(text.split())
    if not wanted:
        return (yield from find(talk, ()))
    found = yield from ask(FindReservations(text=wanted.removeprefix("#")))
    if not found:
        return talk.question(talk.say.found_nothing(wanted), asking="find", keep={})
    return found_ones(talk, found)


def found_ones(talk: OperatorTalk, found: Sequence[Found]) -> Turn:
    """The one, or a choice of several."""
    return _one(talk, found[0]) if len(found) == 1 else talk.answer(*_several(talk, found))


def names_of(found: Found) -> tuple[str, str]:
    """What the customer is called, and the cleaner."""
    return found.customer_name, cleaner_of(found.reservation)


def show(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """예약 보기: one reservation with everything that is known."""
    found = yield from the_one(arguments[0])
    if found is None:
        return no_such_reservation(talk)
    buttons, quick = reservation_buttons(talk, found.reservation)
    if found.reservation.status not in LIVE:
        quick = [*quick, erase_button(talk, found.reservation.customer_id)]
    says = Card(
        title=talk.say.found_title,
        items=_rows(talk, found),
        buttons=tuple(buttons),
        quick_replies=tuple(quick),
    )
    return talk.answer(says, keep={ABOUT: found.reservation.id})


def _rows(talk: OperatorTalk, found: Found) -> tuple[Item, ...]:
    say, view = talk.say, found.reservation
    ended = view.cancellation
    job = say.job_status(view.job.status, cleaner_of(view)) if view.job else ""
    phone = masked(found.phone)
    return items(
        (short_code(view.id), say.status(view.status)),
        (say.item_when, say.span(view.starts_at, view.ends_at)),
        (say.item_work, work_of(talk, view)),
        (say.item_customer, say.customer(found.customer_name) + (f"({phone})" if phone else "")),
        (say.item_address, found.address or say.area(talk.context.catalogue, view.area)),
        (say.item_note, found.note),
        (say.item_paid, money_of(talk, view)),
        (say.item_cleaner, job),
        (
            say.item_cancelled,
            say.cancelled_as(ended.reason, ended.refund_krw, ended.compensation_krw) if ended else "",
        ),
    )


def _one(talk: OperatorTalk, found: Found) -> Turn:
    say, view = talk.say, found.reservation
    text = say.found_one(
        short_code(view.id),
        found.customer_name,
        masked(found.phone),
        say.on_card(view.starts_at),
        work_of(talk, view),
        money_of(talk, view),
        cleaner_of(view),
    )
    return with_reservation(talk, text, view)


def _several(talk: OperatorTalk, found: Sequence[Found]) -> list[Card]:
    say = talk.say
    says = []
    for at in range(0, len(found), MOST_BUTTONS):
        part = found[at : at + MOST_BUTTONS]
        lines = [Item(name=short_code(each.reservation.id), value=_line(talk, each)) for each in part]
        says.append(
            Card(
                text=say.found_count(len(found)) if at == 0 else "",
                title=say.found_title,
                items=tuple(lines),
                buttons=tuple(show_button(talk, each.reservation.id) for each in part),
            )
        )
    return says


def _line(talk: OperatorTalk, found: Found) -> str:
    view = found.reservation
    when = talk.say.on_card(view.starts_at)
    return talk.say.found_line(when, work_of(talk, view), talk.say.status(view.status), found.customer_name)


# Its history


def history(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """기록 보기: what happened, and which notices went out."""
    try:
        lines = yield from ask(History(reservation_id=arguments[0]))
    except NotFound:
        return no_such_reservation(talk)
    say = talk.say
    buttons = [button(say.show, "show", arguments[0]), button(say.board, "board")]
    if not lines:
        return talk.answer(card(say.no_history(), *buttons))
    shown = [_history_line(talk, line) for line in lines[-MOST_HISTORY:]]
    if len(lines) > MOST_HISTORY:
        shown.insert(0, say.earlier_lines(len(lines) - MOST_HISTORY))
    if not any(line.name == BEGINNING for line in lines):
        shown.insert(0, say.beginning_deleted())
    text = "\n".join((say.history_of(short_code(arguments[0])), *shown))
    return talk.answer(card(text, *buttons), keep={ABOUT: arguments[0]})


def _history_line(talk: OperatorTalk, line: HistoryLine) -> str:
    say = talk.say
    is_notice = line.source == "notice"
    what = say.notice(line.title or line.name, line.to, line.status) if is_notice else say.event(line.name)
    return f"{say.on_card(line.at)} {what}"
