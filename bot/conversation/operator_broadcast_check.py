"""An operator looks at what would come of a broadcast, and confirms it: now, or for later."""

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from bot.conversation.actions import pack_moment, parse_moment
from bot.conversation.broadcast_draft import Writing, of_broadcast, recalled, remembered
from bot.conversation.effects_broadcast import (
    ApproveBroadcast,
    CorrectBroadcast,
    DryRunBroadcast,
    SaveBroadcast,
    TheBroadcast,
)
from bot.conversation.operator_broadcast_asking import ask_button, ask_english, ask_text
from bot.conversation.operator_broadcast_running import as_it_stands, no_such, stands_otherwise, started
from bot.conversation.operator_talk import OperatorTalk, old_button
from bot.conversation.parse.segments import days_from_reading, read_start
from bot.conversation.talk import button, card, pair
from bot.conversation.turn import Conversation, Effect, Turn, ask
from services.notification.broadcasts.refusals import (
    ApprovalOutdated,
    LooksLikeAdvertising,
    NobodyLeft,
    NoSender,
    NotAllowedNow,
    WrongWording,
)
from services.notification.broadcasts.values import BroadcastStatus, DryRun, Kind, Preview, Report
from services.notification.policies import end_of_night
from services.shared_kernel.card import Button, Card
from services.shared_kernel.clock import KST, kst_date
from services.shared_kernel.refusal import NotFound

MOST_PREVIEWS = 4
LONGEST_PREVIEW = 3_500
# With an id and a moment it fits into a button's 64 bytes; the whole of it is in the draft.
MARK = 10
_MORNING = time(9)

Tried = Generator[Effect[Any], Any, Turn | None]


# Saving what is written


def save_and(talk: OperatorTalk, writing: Writing) -> Conversation:
    """Save it, and show what would come of it; or say why it can't be sent so."""
    refused = yield from refusal_of(talk, writing)
    return refused or (yield from _dry_run(talk, writing))


def refusal_of(talk: OperatorTalk, writing: Writing) -> Tried:
    """Save it as far as it is; the answer if it can't be sent so, else None."""
    try:
        yield from ask(_saving(writing))
    except LooksLikeAdvertising as refusal:
        return _looks_like_ad(talk, writing, refusal)
    except WrongWording as refusal:
        return _wrong(talk, writing, refusal)
    except NoSender:
        again = button(talk.say.bc_again, "bc_again")
        says = card(talk.say.bc_no_sender(), again, _edit(talk, "text"))
        return talk.answer(says, asking="bc_confirm", keep=remembered(writing))
    except NotAllowedNow:
        return (yield from stands_otherwise(talk, writing.id, talk.say.bc_approved_already()))
    except NotFound:
        return no_such(talk)
    return None


def _saving(writing: Writing) -> SaveBroadcast | CorrectBroadcast:
    if writing.corrects:
        return CorrectBroadcast(corrected_id=writing.corrects, broadcast_id=writing.id, wording=writing.wording)
    return SaveBroadcast(
        broadcast_id=writing.id, kind=writing.kind or Kind.INFO, segment=writing.segment, wording=writing.wording
    )


def _looks_like_ad(talk: OperatorTalk, writing: Writing, refusal: LooksLikeAdvertising) -> Turn:
    buttons = [_edit(talk, "text")]
    if not writing.corrects:
        buttons.append(button(talk.say.bc_as_ad, "bc_kind", "ad"))
    says = card(talk.say.bc_looks_like_ad(refusal.words), *buttons)
    return talk.answer(says, asking="bc_confirm", keep=remembered(writing))


def _wrong(talk: OperatorTalk, writing: Writing, refusal: WrongWording) -> Turn:
    """The same is asked for again; what was given besides stays."""
    says = talk.say.bc_wrong(refusal.problem, refusal.detail)
    if refusal.problem == "button":
        return ask_button(talk, replace(writing, button=None), says)
    return ask_english(talk, writing, says) if talk.draft.asking == "bc_english" else ask_text(talk, writing, says)


def _edit(talk: OperatorTalk, what: str) -> Button:
    say = talk.say
    labels = {
        "text": say.bc_edit,
        "whom": say.bc_edit_whom,
        "english": say.bc_edit_english,
        "button": say.bc_edit_button,
    }
    return button(labels[what], "bc_edit", what)


# The dry run


def _dry_run(talk: OperatorTalk, writing: Writing, lead: str = "") -> Conversation:
    try:
        run = yield from ask(DryRunBroadcast(broadcast_id=writing.id))
    except NotAllowedNow:
        return (yield from stands_otherwise(talk, writing.id, talk.say.bc_approved_already()))
    return _shown(talk, replace(writing, digest=run.digest), run, lead)


def _shown(talk: OperatorTalk, writing: Writing, run: DryRun, lead: str) -> Turn:
    say, keep = talk.say, remembered(writing)
    quick = [_edit(talk, "english"), _edit(talk, "button")]
    whom = [] if writing.corrects else [_edit(talk, "whom")]
    if not run.approved:
        says = card(f"{lead} {say.bc_nobody(run.excluded)}".strip(), *whom, _edit(talk, "text"), quick=quick)
        return talk.answer(says, asking="bc_confirm", keep=keep)
    first = card(f"{lead} {say.bc_dry_run(run, is_ad=writing.is_ad)}".strip())
    named = _named_days(talk, writing, run.later_at) if run.later_at is not None else ()
    last = card(
        f"{say.bc_not_sent_yet(run)} {say.bc_read_in_the_morning(named, run.later) if named else ''}".strip(),
        button(say.bc_send(run.approved), "bc_send", run.broadcast_id, _mark(run.digest)),
        button(say.bc_later, "bc_later"),
        _edit(talk, "text"),
        quick=[*whom, *quick],
    )
    previews = [_preview(talk, each) for each in run.previews[:MOST_PREVIEWS]]
    keep["approved"] = str(run.approved)
    return talk.answer(first, *previews, last, asking="bc_confirm", keep=keep)


def _preview(talk: OperatorTalk, preview: Preview) -> Card:
    """As they see it; its buttons in brackets, because here they would do nothing."""
    seen = preview.card
    buttons = " ".join(f"[{each.label}]" for each in (*seen.buttons, *seen.quick_replies))
    rows = [f"{item.name}: {item.value}" for item in seen.items]
    text = "\n".join(part for part in (seen.title, seen.text, *rows, buttons) if part)
    return Card(title=talk.say.bc_preview(preview.language, preview.role, preview.count), text=text[:LONGEST_PREVIEW])


def _mark(digest: str) -> str:
    return digest[:MARK]


def again(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[다시 계산]."""
    writing = recalled(talk.memo)
    return old_button(talk) if writing is None else (yield from save_and(talk, writing))


# Confirming


def typed(talk: OperatorTalk, text: str) -> Conversation:
    """What was typed to the look at it: a time is when it shall begin, anything else sends nothing."""
    writing = recalled(talk.memo)
    if writing is None:
        return old_button(talk)
    has_people = "approved" in talk.memo
    if has_people and (starts_at := read_start(text, now=talk.context.now)) is not None:
        return _check_start(talk, starts_at)
    refused = yield from refusal_of(talk, writing)
    lead = talk.say.bc_tap_it() if has_people else ""
    return refused or (yield from _dry_run(talk, writing, lead))


def send(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[64명 발송 확정], for exactly what was shown under this button."""
    return (yield from _approve(talk, arguments[0], arguments[1], None))


def send_at(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[예약 확정]."""
    starts_at = parse_moment(arguments[1])
    if starts_at <= talk.context.now:
        return _ask_when(talk, talk.say.bc_when_past())
    return (yield from _approve(talk, arguments[0], arguments[2], starts_at))


def _approve(talk: OperatorTalk, broadcast_id: str, mark: str, starts_at: datetime | None) -> Conversation:
    """The draft knows the whole digest. Without one, what was shown is shown again if it is another by now."""
    try:
        report = yield from ask(TheBroadcast(broadcast_id=broadcast_id))
        writing = recalled(talk.memo)
        if report.broadcast.status is not BroadcastStatus.DRAFT:
            return (yield from _approved_already(talk, report, writing))
        if writing is None or writing.id != broadcast_id or not writing.digest:
            writing = of_broadcast(report.broadcast)
            run = yield from ask(DryRunBroadcast(broadcast_id=broadcast_id))
            writing = replace(writing, digest=run.digest)
        if _mark(writing.digest) != mark:
            return (yield from _dry_run(talk, writing, talk.say.bc_old_confirm()))
        yield from ask(ApproveBroadcast(broadcast_id=broadcast_id, digest=writing.digest, starts_at=starts_at))
        return (yield from started(talk, broadcast_id))
    except NotFound:
        return no_such(talk)
    except (ApprovalOutdated, NobodyLeft):
        return (yield from _dry_run(talk, of_broadcast(report.broadcast), talk.say.bc_outdated()))
    except NotAllowedNow:
        return (yield from stands_otherwise(talk, broadcast_id, talk.say.bc_approved_already()))
    except LooksLikeAdvertising as refusal:
        return _looks_like_ad(talk, of_broadcast(report.broadcast), refusal)
    except (WrongWording, NoSender):
        return (yield from save_and(talk, of_broadcast(report.broadcast)))


def _approved_already(talk: OperatorTalk, report: Report, writing: Writing | None) -> Conversation:
    """By this very tap, if its answer was lost: nothing says yet that it runs. Else it is an old button."""
    if writing is not None and writing.id == report.broadcast.id and writing.digest == report.broadcast.digest:
        return (yield from started(talk, report.broadcast.id))
    return as_it_stands(talk, report, talk.say.bc_approved_already())


# For later


def later(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """[예약 발송]."""
    yield from ()
    return _ask_when(talk, talk.say.bc_ask_when())


def _ask_when(talk: OperatorTalk, text: str, choices: Sequence[Button] = ()) -> Turn:
    if recalled(talk.memo) is None:
        return old_button(talk)
    morning = datetime.combine(kst_date(talk.context.now) + timedelta(days=1), _MORNING, KST)
    usual = button(talk.say.bc_tomorrow_morning, "bc_at", pack_moment(morning))
    shown = [*(choices or [usual]), button(talk.say.bc_back, "bc_back")]
    return talk.question(text, shown, asking="bc_when", keep=dict(talk.memo))


def when_given(talk: OperatorTalk, text: str) -> Conversation:
    """내일 오전 9시."""
    yield from ()
    starts_at = read_start(text, now=talk.context.now)
    if starts_at is None:
        return _ask_when(talk, talk.say.bc_when_unclear())
    return _check_start(talk, starts_at)


def at(talk: OperatorTalk, arguments: Sequence[str]) -> Conversation:
    """A time that was proposed."""
    yield from ()
    return _check_start(talk, parse_moment(arguments[0]))


def _check_start(talk: OperatorTalk, starts_at: datetime) -> Turn:
    writing, say = recalled(talk.memo), talk.say
    if writing is None or not writing.digest:
        return old_button(talk)
    if starts_at <= talk.context.now:
        return _ask_when(talk, say.bc_when_past())
    if writing.segment.visit_on is not None and kst_date(starts_at) > writing.segment.visit_on:
        return _ask_when(talk, say.bc_when_after_visit(writing.segment.visit_on))
    if writing.is_ad and (morning := end_of_night(starts_at)) is not None:
        choice = button(say.on_button(morning), "bc_at", pack_moment(morning))
        return _ask_when(talk, say.bc_when_night(morning), [choice])
    yes = button(say.bc_confirm_later, "bc_at!", writing.id, pack_moment(starts_at), _mark(writing.digest))
    text = say.bc_confirm_when(starts_at, int(talk.memo.get("approved", "0")))
    if named := _named_days(talk, writing, starts_at):
        text = f"{text} {say.bc_read_on_that_day(named)}"
    says = pair(text, yes, button(say.bc_other_time, "bc_later"), [button(say.bc_back, "bc_back")])
    return talk.answer(says, asking="bc_sure", keep=dict(talk.memo))


def _named_days(talk: OperatorTalk, writing: Writing, read_at: datetime) -> Sequence[str]:
    """내일, in a text that is written today and read on another day."""
    if kst_date(read_at) == kst_date(talk.context.now):
        return ()
    return days_from_reading(f"{writing.text_ko} {writing.text_en}")
