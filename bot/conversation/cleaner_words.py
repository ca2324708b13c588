"""What a cleaner says of a job in words: which job is meant, and whether anything is to be done now."""

from collections.abc import Callable, Sequence

from bot.conversation import cleaner_offers as offers
from bot.conversation import cleaner_work as work
from bot.conversation.cleaner_always import offer_an_operator
from bot.conversation.cleaner_offers import DAYS_AHEAD, LIVE, Looking, cannot_withdraw, own_jobs
from bot.conversation.cleaner_talk import CleanerTalk, ask_with_job, menu
from bot.conversation.cleaner_which import choice, choose, which
from bot.conversation.effects_cleaner import OpenOffers
from bot.conversation.parse.job_words import STEPS, Doing, JobWord, is_of_accepting
from bot.conversation.parse.moments import When
from bot.conversation.turn import Conversation, Turn, ask
from services.cleaning.model import Job
from services.cleaning.values import JobStatus
from services.shared_kernel.clock import kst_date

_BUSY = (JobStatus.EN_ROUTE, JobStatus.STARTED)


def do_word(talk: CleanerTalk, word: JobWord) -> Conversation:
    """Do what the word says, to the job that it means."""
    if word.waits or _is_for_later(talk, word):
        return talk.not_agreed()
    if word.doing in STEPS:
        return (yield from work.step_by_word(talk, word.doing.value, word.when))
    return (yield from _HANDLERS[word.doing](talk, word))


def _is_for_later(talk: CleanerTalk, word: JobWord) -> bool:
    """내일 출발할게요, 3시 반 출발; 4시 일 출발 names the job."""
    when, today = word.when, kst_date(talk.context.now)
    if word.doing not in STEPS:
        return False
    if when.days is not None and today not in when.days:
        return True
    return when.says_hour and not (when.names_job or word.is_past)


def _fits(jobs: Sequence[Job], when: When) -> list[Job]:
    return [job for job in jobs if not when.said or when.fits(job.visit.starts_at)]


def _live(talk: CleanerTalk, *more: JobStatus) -> Looking:
    return (yield from own_jobs(talk, DAYS_AHEAD, lambda job: job.status in (*LIVE, *more)))


# Offers


def accept_one(talk: CleanerTalk, word: JobWord) -> Conversation:
    """수락, 갈게요."""
    waiting = yield from ask(OpenOffers())
    meant = _fits(waiting, word.when)
    if meant and word.doing is Doing.GO and word.when.said and _fits((yield from _live(talk)), word.when):
        return (yield from offers.offers(talk, ()))  # it may be said of the job that they have that day
    if len(meant) == 1:
        return (yield from offers.accept(talk, (meant[0].id, str(meant[0].visit.revision))))
    if meant:
        return which(talk, talk.say.which_to_accept(), "accept", meant)
    held = _fits((yield from _live(talk)), word.when)
    if len(held) == 1:
        return talk.answer(ask_with_job(talk, talk.say.held_already(held[0].visit.starts_at), held[0]))
    if waiting:
        return which(talk, talk.say.no_offer_then_to_accept(), "accept", waiting)
    text = talk.say.several_held_already(len(held)) if held else talk.say.no_offers()
    return talk.answer(menu(talk, text))


def decline_one(talk: CleanerTalk, word: JobWord) -> Conversation:
    """거절."""
    waiting = yield from ask(OpenOffers())
    meant = _fits(waiting, word.when)
    held = _fits((yield from _live(talk)), word.when) if word.when.said and not meant else []
    if held:
        return (yield from _withdraw_one(talk, word, held))  # 금요일은 어려울 것 같아요
    if not waiting:
        return talk.answer(menu(talk, talk.say.no_offers()))
    if len(meant) == 1:
        return (yield from offers.decline(talk, (meant[0].id, str(meant[0].visit.revision))))
    if meant:
        return which(talk, talk.say.which_to_decline(), "decline", meant)
    return which(talk, talk.say.no_offer_then_to_decline(), "decline", waiting)


# Giving back


def cant_come(talk: CleanerTalk, word: JobWord) -> Conversation:
    """못 가요: of a job that is theirs, or of an offer; where it may be either, it is asked."""
    mine, waiting = (yield from _live(talk)), (yield from ask(OpenOffers()))
    held, offered = _fits(mine, word.when), _fits(waiting, word.when)
    if held and offered:
        return _which_cant(talk, talk.say.which_to_withdraw(), held, offered)
    if held:
        return (yield from _withdraw_one(talk, word, held))
    if offered:
        return (yield from decline_one(talk, word))
    if mine or waiting:
        return _which_cant(talk, talk.say.nothing_then_to_withdraw(), mine, waiting)
    return (yield from _nothing_to_withdraw(talk))


def give_up(talk: CleanerTalk, word: JobWord) -> Conversation:
    """못 가게 됐어요: of a job of theirs; only if there is none it answers an offer."""
    mine = yield from _live(talk, JobStatus.STARTED)
    held = _fits(mine, word.when)
    if held:
        return (yield from _withdraw_one(talk, word, held))
    if mine:
        return _which_cant(talk, talk.say.nothing_then_to_withdraw(), mine, ())
    return (yield from cant_come(talk, word))


def cancel(talk: CleanerTalk, word: JobWord) -> Conversation:
    """취소, which is no answer to an offer: that is shown instead."""
    mine = yield from _live(talk, JobStatus.STARTED)
    if mine:
        return (yield from give_up(talk, word))
    if (yield from ask(OpenOffers())):
        return (yield from offers.offers(talk, ()))
    return (yield from _nothing_to_withdraw(talk))


def take_back(talk: CleanerTalk, word: JobWord) -> Conversation:
    """출발 취소: the customer knows it already. 수락 취소 gives the job back."""
    mine = (yield from _live(talk)) if is_of_accepting(talk.said.text) else []
    if mine:
        return (yield from give_up(talk, word))
    return offer_an_operator(talk, talk.say.not_taken_back())


def _withdraw_one(talk: CleanerTalk, word: JobWord, held: Sequence[Job]) -> Conversation:
    if len(held) > 1:
        return which(talk, talk.say.which_to_withdraw(), "withdraw", held)
    return (yield from offers.ask_to_withdraw(talk, held[0].id, named=word.when.said))


def _which_cant(talk: CleanerTalk, text: str, held: Sequence[Job], offered: Sequence[Job]) -> Turn:
    declined = [choice(talk, "decline", job, talk.say.decline_at(job.visit.starts_at)) for job in offered]
    return choose(talk, text, [*(choice(talk, "withdraw", job) for job in held), *declined])


def _nothing_to_withdraw(talk: CleanerTalk) -> Conversation:
    started = yield from own_jobs(talk, 0, lambda job: job.status is JobStatus.STARTED)
    if started:
        return cannot_withdraw(talk, started[0])
    return talk.answer(menu(talk, talk.say.nothing_to_withdraw()))


# Looking


def show(talk: CleanerTalk, word: JobWord) -> Conversation:
    """주소 알려줘요, 몇 시까지예요: of today's job, or of the next."""
    mine = yield from _live(talk, JobStatus.STARTED)
    held = _fits(mine, word.when)
    busy = [job for job in held if job.status in _BUSY]
    today = [job for job in held if kst_date(job.visit.starts_at) == kst_date(talk.context.now)]
    meant = busy or today or held[:1]
    if len(meant) == 1:
        return (yield from work.one_job(talk, (meant[0].id,)))
    if meant:
        return which(talk, talk.say.which_job(), "show", meant)
    if not mine and (yield from ask(OpenOffers())):
        return (yield from offers.offers(talk, ()))
    return (yield from work.today(talk, ()))


_HANDLERS: dict[Doing, Callable[[CleanerTalk, JobWord], Conversation]] = {
    Doing.ACCEPT: accept_one,
    Doing.GO: accept_one,
    Doing.DECLINE: decline_one,
    Doing.CANT_COME: cant_come,
    Doing.GIVE_UP: give_up,
    Doing.CANCEL: cancel,
    Doing.TAKE_BACK: take_back,
    Doing.ARRIVED: lambda talk, word: work.step_by_word(talk, "arrived", word.when),
    Doing.SHOW: show,
}
