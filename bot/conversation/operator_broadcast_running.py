"""An operator watches broadcasts: the list, one that runs, what came of it; and stops it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.conversation.effects_broadcast import (
    CancelBroadcast,
    LatestBroadcasts,
    PauseBroadcast,
    ReportFile,
    ResumeBroadcast,
    TheBroadcast,
    UnknownRecipients,
)
from bot.conversation.operator_talk import OperatorTalk, menu
from bot.conversation.talk import MOST_BUTTONS, button, card, items, pair
from bot.conversation.texts_ko_broadcast import BroadcastKorean
from bot.conversation.turn import Conversation, Effect, Turn, ask
from services.notification.broadcasts.refusals import NotAllowedNow
from services.notification.broadcasts.values import Broadcast, BroadcastStatus, Report
from services.notification.policies import end_of_night
from services.shared_kernel.card import Button, Card, Item
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound

MOST_LISTED = 6
MOST_UNKNOWN = 5
_LOOKED_THROUGH = 20
_OVER = (BroadcastStatus.FINISHED, BroadcastStatus.CANCELLED)
_GOING = (BroadcastStatus.SCHEDULED, BroadcastStatus.RUNNING, BroadcastStatus.PAUSED)
_LIVE_KEY = "broadcast:"


# What runs, as a bubble that changes in place


def live_key(broadcast_id: str) -> str:
    """The bubble of its progress, among a person's messages."""
    return f"{_LIVE_KEY}{broadcast_id}"


def broadcast_of(key: str) -> str | None:
    """The broadcast whose progress a bubble shows; None for any other bubble."""
    return key.removeprefix(_LIVE_KEY) if key.startswith(_LIVE_KEY) else None


def is_over(report: Report) -> bool:
    """Nothing more begins."""
    return report.broadcast.status in _OVER


def is_at_rest(report: Report) -> bool:
    """And nothing is under way: what was being sent when it was cancelled may still arrive."""
    return is_over(report) and not report.progress.waiting


def may_be_corrected(report: Report) -> bool:
    """It is over, and somebody has got it."""
    return is_over(report) and report.progress.sent > 0


def live_card(say: BroadcastKorean, report: Report, now: datetime) -> Card:
    """How far it is, with what can be done now."""
    text = _standing(say, report, now)
    quick = (button(say.bc_list, "bc_list"), button(say.home, "home"))
    buttons = _buttons(say, report)
    both = len(buttons) == MOST_BUTTONS - 1
    return Card(text=text, buttons=tuple(buttons), side_by_side=both, quick_replies=quick)


def _standing(say: BroadcastKorean, report: Report, now: datetime) -> str:
    broadcast, progress = report.broadcast, report.progress
    match broadcast.status:
        case BroadcastStatus.SCHEDULED if broadcast.starts_at and broadcast.starts_at > now:
            return say.bc_scheduled(broadcast.starts_at, progress.total)
        case BroadcastStatus.PAUSED:
            return say.bc_paused(progress)
        case BroadcastStatus.FINISHED:
            return say.bc_finished(progress)
        case BroadcastStatus.CANCELLED:
            return say.bc_cancelled(progress)
        case _:
            return say.bc_progress(progress, end_of_night(now))


def _buttons(say: BroadcastKorean, report: Report) -> list[Button]:
    broadcast = report.broadcast
    stop = button(say.bc_cancel, "bc_cancel", broadcast.id)
    match broadcast.status:
        case BroadcastStatus.DRAFT:
            return [
                button(say.bc_go_on, "bc_go_on", broadcast.id),
                button(say.bc_discard, "bc_cancel", broadcast.id),
            ]
        case BroadcastStatus.SCHEDULED:
            return [stop]
        case BroadcastStatus.RUNNING:
            return [button(say.bc_pause, "bc_pause", broadcast.id), stop]
        case BroadcastStatus.PAUSED:
            return [button(say.bc_resume, "bc_resume", broadcast.id), stop]
        case _ if not report.progress.total:
            return []
        case _:
            return [button(say.bc_report, "bc_report", broadcast.id), *_correction(say, report)]


def _correction(say: BroadcastKorean, report: Report) -> list[Button]:
    return [button(say.bc_correct, "bc_correct", report.broadcast.id)] if may_be_corrected(report) else []


def started(talk: OperatorTalk, broadcast_id: str) -> Conversation:
    """After the confirm: the bubble that shows how far it is from now on."""
    report = yield from ask(TheBroadcast(broadcast_id=broadcast_id))
    turn = talk.answer(live_card(talk.say, report, talk.context.now))
    return turn if is_over(report) else replace(turn, live=live_key(broadcast_id))


# The list, and one of it


def listed(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """발송 목록: what goes on, or will, isn't hidden behind newer drafts."""
    latest = yield from ask(LatestBroadcasts(most=_LOOKED_THROUGH))
    found = sorted(latest, key=lambda each: each.broadcast.status not in _GOING)[:MOST_LISTED]
    say = talk.say
    if not found:
        return talk.answer(card(say.bc_none(), button(say.bc_begin, "bc"), quick=menu(talk, "").quick_replies))
    says = []
    for at in range(0, len(found), MOST_BUTTONS):
        part = found[at : at + MOST_BUTTONS]
        says.append(
            Card(
                text=say.bc_latest(len(found)) if at == 0 else "",
                title=say.bc_list,
                items=tuple(_line(say, each) for each in part),
                buttons=tuple(_show(say, each.broadcast.id) for each in part),
            )
        )
    says[-1] = replace(says[-1], quick_replies=(button(say.bc_begin, "bc"),))
    return talk.answer(*says)


def going(talk: OperatorTalk) -> Conversation:
    """발송 중단: what can still be stopped, each with the buttons for it; nothing is stopped by a word."""
    found = yield from ask(LatestBroadcasts(most=_LOOKED_THROUGH))
    open_ones = [each for each in found if each.broadcast.status in _GOING][:MOST_LISTED]
    if not open_ones:
        return talk.answer(card(talk.say.bc_nothing_goes(), button(talk.say.bc_list, "bc_list")))
    says = [as_it_stands(talk, each).says[-1] for each in open_ones]
    return talk.answer(card(talk.say.bc_which_to_stop(len(says))), *says)


def _line(say: BroadcastKorean, report: Report) -> Item:
    one = report.broadcast
    at = one.starts_at or one.approved_at or one.created_at
    line = say.bc_line(one.kind, one.status, report.progress, at, one.wording.text_ko)
    return Item(name=short_code(one.id), value=line)


def _show(say: BroadcastKorean, broadcast_id: str) -> Button:
    return button(say.bc_show(short_code(broadcast_id)), "bc_show", broadcast_id)


def shown(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[R7K2Q 보기]."""
    try:
        report = yield from ask(TheBroadcast(broadcast_id=arguments[0]))
    except NotFound:
        return no_such(talk)
    return as_it_stands(talk, report)


def as_it_stands(talk: OperatorTalk, report: Report, lead: str = "") -> Turn:
    """One broadcast with all that is known, and what can be done now."""
    say, one = talk.say, report.broadcast
    corrected = short_code(one.segment.corrects) if one.segment.corrects else ""
    rows = items(
        (say.bc_item_status, say.bc_status(one.status)),
        (say.bc_item_kind, say.bc_kind(one.kind)),
        (say.bc_item_whom, say.bc_segment(talk.context.catalogue, one.segment, corrected)),
        (say.bc_item_text, say.bc_quoted(one.wording.text_ko)),
        (say.bc_item_start, say.on_card(one.starts_at) if one.starts_at else ""),
        (say.bc_item_result, "" if one.status is BroadcastStatus.DRAFT else say.bc_result(report.progress)),
    )
    buttons = _buttons(say, report)
    says = Card(
        text=lead,
        title=say.bc_title(short_code(one.id)),
        items=rows,
        buttons=tuple(buttons),
        side_by_side=len(buttons) == MOST_BUTTONS - 1,
        quick_replies=(button(say.bc_list, "bc_list"),),
    )
    return talk.answer(says)


def no_such(talk: OperatorTalk) -> Turn:
    """What was named isn't there."""
    return talk.answer(menu(talk, talk.say.bc_no_such()))


def stands_otherwise(talk: OperatorTalk, broadcast_id: str, lead: str) -> Conversation:
    """What was wanted isn't possible where it stands: say so, and show it."""
    report = yield from ask(TheBroadcast(broadcast_id=broadcast_id))
    return as_it_stands(talk, report, lead)


# Stopping


def pause(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[잠깐 멈춤]."""
    return (yield from _do(talk, arguments[0], PauseBroadcast(broadcast_id=arguments[0])))


def resume(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[이어서 보내기]."""
    return (yield from _do(talk, arguments[0], ResumeBroadcast(broadcast_id=arguments[0])))


def cancel(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[발송 중단]: there is no way back, so it is asked once more."""
    try:
        report = yield from ask(TheBroadcast(broadcast_id=arguments[0]))
    except NotFound:
        return no_such(talk)
    if is_over(report):
        return as_it_stands(talk, report, talk.say.bc_not_now())
    say = talk.say
    is_draft = report.broadcast.status is BroadcastStatus.DRAFT
    yes = button(say.bc_discard if is_draft else say.bc_confirm_cancel, "bc_cancel!", arguments[0])
    text = say.bc_ask_discard() if is_draft else say.bc_ask_cancel(report.progress)
    return talk.answer(pair(text, yes, button(say.bc_leave_it, "bc_show", arguments[0])))


def cancel_surely(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[중단 확정]."""
    return (yield from _do(talk, arguments[0], CancelBroadcast(broadcast_id=arguments[0])))


def _do(talk: OperatorTalk, broadcast_id: str, effect: Effect[Broadcast]) -> Conversation:
    try:
        yield from ask(effect)
    except NotFound:
        return no_such(talk)
    except NotAllowedNow:
        return (yield from stands_otherwise(talk, broadcast_id, talk.say.bc_not_now()))
    report = yield from ask(TheBroadcast(broadcast_id=broadcast_id))
    says = live_card(talk.say, report, talk.context.now)
    if isinstance(effect, ResumeBroadcast) and report.broadcast.status is BroadcastStatus.RUNNING:
        says = replace(says, text=talk.say.bc_resumed(report.progress))
    return talk.answer(says)


# What came of it


def report(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[결과 보기]: counts, reasons, who isn't known, and where the whole list is."""
    try:
        found = yield from ask(TheBroadcast(broadcast_id=arguments[0]))
    except NotFound:
        return no_such(talk)
    say, one, progress = talk.say, found.broadcast, found.progress
    lines = [_standing(say, found, talk.context.now)]
    if left_out := say.bc_left_out(one.excluded):
        lines.append(left_out)
    if progress.reasons:
        lines.append(say.bc_reasons(progress.reasons))
    if progress.unknown:
        people = yield from ask(UnknownRecipients(broadcast_id=one.id, most=MOST_UNKNOWN))
        lines.append(say.bc_unknown([short_code(each) for each in people], progress.unknown))
    lines.append(say.bc_where_csv())
    address = yield from ask(ReportFile(broadcast_id=one.id))
    buttons = [Button(label=say.bc_csv, url=address), *_correction(say, found)]
    return talk.answer(card("\n".join(lines), *buttons, quick=[button(say.bc_list, "bc_list")]))
