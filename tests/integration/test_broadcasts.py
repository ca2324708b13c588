"""Broadcasts with their database, on a clock that stands still until told otherwise."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from services.cleaning.events import JobWithdrawn
from services.notification.broadcasts.refusals import ApprovalOutdated, NobodyLeft, NotAllowedNow
from services.notification.broadcasts.use_cases import SHELL
from services.notification.broadcasts.values import BroadcastStatus, Exclusion, Kind, Segment, Wording
from services.notification.ports import Accepted, Advertising, Rejected, Wait
from services.notification.refusals import NotAllowed
from services.reservation.events import ReservationCompleted, ReservationStarted
from services.shared_kernel import bot_events as bot
from services.shared_kernel.clock import KST
from services.shared_kernel.refusal import NotFound
from tests.support.broadcasts import AD, WORDS, approved, consents, drafted, people, progress_of, registers, states
from tests.support.fresh import Fresh
from tests.support.notification import Crash, FakeChannel, Story, at_home

pytestmark = pytest.mark.asyncio
S = BroadcastStatus
NIGHT = datetime(2026, 11, 23, 21, 10, tzinfo=KST)
MORNING = datetime(2026, 11, 24, 8, tzinfo=KST)


def counted(found: dict[str, str]) -> dict[str, int]:
    return dict(Counter(found.values()))


async def test_everybody_gets_it_once_and_whoever_approved_hears_of_its_end(fresh: Fresh):
    async with at_home(fresh) as home:
        await people(home, 5)
        broadcast = await approved(home, by=home.story.operator)
        assert broadcast.status is S.RUNNING
        assert await home.use_cases.waiting_of_broadcasts() == 6
        await home.send_all()
        assert await home.use_cases.waiting_of_broadcasts() == 0
        assert set(Counter(who for _, who, _ in home.web.log).values()) == {1}
        assert len(home.web.log) == 6, "five, and the customer of the story; nobody else"
        assert await home.broadcast_tick.run_due() == 1
        assert await home.broadcast_tick.run_due() == 0
        await home.send_all()
        assert home.web.titles(home.story.operator) == ["단체 발송을 마쳤어요"]
        report = await home.broadcasts.report(broadcast.id, by=home.story.operator)
        assert (report.broadcast.status, report.progress.sent, report.progress.total) == (S.FINISHED, 6, 6)


async def test_only_operators_broadcast(fresh_sqlite: Fresh):
    async with at_home(fresh_sqlite) as home:
        for stranger in (home.story.customer, home.story.cleaner, "nobody"):
            with pytest.raises(NotFound):
                await home.broadcasts.draft(
                    broadcast_id="b-1", kind=Kind.INFO, segment=Segment(), wording=WORDS, by=stranger
                )
        with pytest.raises(NotFound):
            await home.broadcasts.report("b-1", by=SHELL)


async def test_segments(fresh: Fresh):
    async with at_home(fresh) as home:
        story, english = home.story, (await people(home, 1, language="en"))[0]
        await home.hear(story.requested(), story.confirmed(), story.offered(), story.accepted())
        other = (await people(home, 1, role="cleaner"))[0]
        await registers(home, other, "gangnam")

        async def of(segment: Segment) -> set[str]:
            async with home.work() as work:
                found = await work.broadcasts.candidates(segment, home.clock.now())
            return {one.contact.person_id for one in found}

        customer, cleaner = story.customer, story.cleaner
        assert await of(Segment()) == {customer, cleaner, english, other}
        assert await of(Segment(role="cleaner")) == {cleaner, other}
        assert await of(Segment(language="en")) == {english}
        assert await of(Segment(area="mapo")) == {customer, cleaner}
        assert await of(Segment(area="gangnam")) == {other}
        visit = story.starts_at.astimezone(KST).date()
        assert await of(Segment(visit_on=visit)) == {customer, cleaner}
        assert await of(Segment(visit_on=visit, role="cleaner", area="mapo")) == {cleaner}
        assert await of(Segment(visit_on=visit, area="gangnam")) == set()
        assert await of(Segment(visit_on=visit + timedelta(days=1))) == set()
        assert await of(Segment(idle_days=30)) == {english}, "the other one has a visit to come"
        await home.hear(story.cancelled())
        assert await of(Segment(visit_on=visit)) == set()
        assert await of(Segment(idle_days=30)) == {english, customer}


async def test_the_day_of_a_visit_is_a_korean_one(fresh_sqlite: Fresh):
    async with at_home(fresh_sqlite) as home:
        home.story.starts_at = datetime(2026, 11, 27, 8, tzinfo=KST)  # the day before, in Greenwich
        home.story.ends_at = home.story.starts_at + timedelta(hours=3)
        await home.hear(home.story.requested(), home.story.confirmed())
        seen = await drafted(home, segment=Segment(visit_on=date(2026, 11, 27), role="customer"))
        assert seen.now == 1
        assert (await drafted(home, segment=Segment(visit_on=date(2026, 11, 26)))).selected == 0


async def test_a_visits_values_are_in_the_words(fresh_sqlite: Fresh):
    async with at_home(fresh_sqlite) as home:
        await home.hear(home.story.requested(), home.story.confirmed())
        words = Wording(text_ko="#{고객명}님, #{방문일시} #{서비스}(#{지역})에 #{예약번호}번으로 갈게요.")
        await home.send_all()
        home.web.log.clear()
        await approved(home, segment=Segment(visit_on=date(2026, 11, 27), role="customer"), wording=words)
        await home.send_all()
        ((_, who, card),) = home.web.log
        assert who == home.story.customer
        assert card.text.startswith("김OO님, 11/27(금) 14:00 집청소 24평(마포구)에 ")


async def test_of_a_visit_that_is_called_off_meanwhile_nobody_is_told(fresh: Fresh):
    async with at_home(fresh) as home:
        story, (other,) = home.story, await people(home, 1)
        await home.hear(story.requested(), story.confirmed(), story.offered(), story.accepted())
        tomorrow = Segment(visit_on=story.starts_at.astimezone(KST).date())
        words, later = replace(WORDS, text_ko="#{방문일시} 방문이 늦어요."), home.clock.now() + timedelta(hours=2)
        about_it = await approved(home, segment=tomorrow, wording=words, starts_at=later)
        to_all = await approved(home, starts_at=later)
        await home.hear(story.cancelled())
        home.clock.advance(hours=2)
        assert await home.broadcast_tick.run_due() == 3, "two begin, and of one nothing is left"
        await home.send_all()
        assert await states(home, about_it.id) == {story.customer: "SUPPRESSED", story.cleaner: "SUPPRESSED"}
        assert await states(home, to_all.id) == {story.customer: "SENT", other: "SENT"}
        report = await home.broadcasts.report(about_it.id, by=SHELL)
        assert report.progress.reasons == {"called_off": 2}


async def test_what_is_no_longer_true_when_it_is_sent_stays_home(fresh: Fresh):
    async with at_home(fresh) as home:
        stories = same, later, gone, given_away = [home.story, *(Story(home.clock, home.ids) for _ in range(3))]
        for story in stories:
            await home.hear(*story.everybody(), story.requested(), story.confirmed(), story.offered(), story.accepted())
        await home.send_all()
        home.web.log.clear()
        day = Segment(visit_on=same.starts_at.astimezone(KST).date())
        one = await approved(home, segment=day, wording=replace(WORDS, text_ko="#{방문일시}에 봬요."))
        await home.broadcasts.pause(one.id, by=SHELL)
        await home.hear(later.moved(later.starts_at + timedelta(hours=2)), gone.cancelled())
        await home.hear(given_away.job(JobWithdrawn, cleaner_id=given_away.cleaner))
        await home.broadcasts.resume(one.id, by=SHELL)
        await home.send_all()
        told = {who for _, who, card in home.web.log if card.text == "11/27(금) 14:00에 봬요."}
        assert told == {same.customer, same.cleaner, given_away.customer}
        assert (await progress_of(home, one.id)).reasons == {"called_off": 5}
        async with home.work() as work:
            assert await work.ledger.waiting_of_broadcasts() == 0


async def test_whoever_has_another_visit_that_day_is_told_what_names_none(fresh: Fresh):
    async with at_home(fresh) as home:
        first, second = home.story, Story(home.clock, home.ids)
        second.cleaner, second.starts_at = first.cleaner, first.starts_at + timedelta(hours=4)
        for story in (first, second):
            await home.hear(*story.everybody(), story.requested(), story.confirmed(), story.offered(), story.accepted())
        await home.send_all()
        home.clock.set(NIGHT)
        for person, role in ((first.customer, "customer"), (first.cleaner, "cleaner"), (second.customer, "customer")):
            quiet = bot.ContactChanged(person_id=person, role=role, language="ko", version=2, quiet_at_night=True)
            await home.hear(first.received(quiet, caused=False))
        one = await approved(home, segment=Segment(visit_on=first.starts_at.astimezone(KST).date()))
        await home.send_all()
        assert (await progress_of(home, one.id)).later == 3
        await home.hear(first.cancelled())
        home.clock.set(MORNING)
        await home.send_all()
        assert await states(home, one.id) == {
            first.customer: "SUPPRESSED",
            first.cleaner: "SENT",
            second.customer: "SENT",
        }


async def test_of_a_visit_that_was_made_meanwhile_people_are_told(fresh_sqlite: Fresh):
    """How was it today? is written in the morning."""
    async with at_home(fresh_sqlite) as home:
        story = home.story
        await home.hear(story.requested(), story.confirmed(), story.offered(), story.accepted())
        segment = Segment(visit_on=story.starts_at.astimezone(KST).date(), role="customer")
        later = home.clock.now() + timedelta(hours=2)
        one = await approved(home, segment=segment, starts_at=later)
        begun = story.reservation(ReservationStarted, started_at=later)
        await home.hear(begun, story.reservation(ReservationCompleted, completed_at=later))
        home.clock.advance(hours=2)
        await home.broadcast_tick.run_due()
        await home.send_all()
        assert await states(home, one.id) == {story.customer: "SENT"}


async def test_what_was_approved_is_what_is_sent(fresh: Fresh):
    async with at_home(fresh) as home:
        await people(home, 2)
        seen = await drafted(home)
        await people(home, 1)
        with pytest.raises(ApprovalOutdated):
            await home.broadcasts.approve(seen.broadcast_id, digest=seen.digest, by=SHELL)
        seen = await home.broadcasts.dry_run(seen.broadcast_id, by=SHELL)
        await home.broadcasts.draft(
            broadcast_id=seen.broadcast_id, kind=Kind.INFO, segment=Segment(role="customer"),
            wording=replace(WORDS, text_ko="내일은 맑아요."), by=SHELL,
        )  # fmt: skip
        with pytest.raises(ApprovalOutdated):
            await home.broadcasts.approve(seen.broadcast_id, digest=seen.digest, by=SHELL)
        yesterday = await home.broadcasts.dry_run(seen.broadcast_id, by=SHELL)
        home.clock.advance(days=1)
        with pytest.raises(ApprovalOutdated):
            await home.broadcasts.approve(seen.broadcast_id, digest=yesterday.digest, by=SHELL)
        seen = await home.broadcasts.dry_run(seen.broadcast_id, by=SHELL)
        await home.broadcasts.approve(seen.broadcast_id, digest=seen.digest, by=SHELL)
        home.clock.advance(days=1)
        await people(home, 1)
        again = await home.broadcasts.approve(seen.broadcast_id, digest=seen.digest, by=SHELL)
        assert again.status is S.RUNNING
        assert (await progress_of(home, again.id)).total == 4
        with pytest.raises(ApprovalOutdated):
            await home.broadcasts.approve(seen.broadcast_id, digest="another", by=SHELL)
        with pytest.raises(NotAllowedNow):
            await home.broadcasts.dry_run(seen.broadcast_id, by=SHELL)


async def test_to_nobody_it_isnt_approved(fresh_sqlite: Fresh):
    async with at_home(fresh_sqlite) as home:
        seen = await drafted(home, segment=Segment(area="nowhere"))
        with pytest.raises(NobodyLeft):
            await home.broadcasts.approve(seen.broadcast_id, digest=seen.digest, by=SHELL)


async def test_it_begins_when_it_is_to(fresh: Fresh):
    async with at_home(fresh) as home:
        then = home.clock.now() + timedelta(hours=1)
        broadcast = await approved(home, starts_at=then)
        assert broadcast.status is S.SCHEDULED
        assert (await home.broadcast_tick.run_due(), await home.send_all()) == (0, 0)
        home.clock.set(then)
        assert await home.send_all() == 0, "the tick begins it"
        assert await home.broadcast_tick.run_due() == 1
        await home.send_all()
        assert len(home.web.log) == 1


async def test_paused_nothing_goes_out_and_resumed_the_rest_does(fresh: Fresh):
    async with at_home(fresh) as home:
        await people(home, 9)
        home.sender = home.another_sender("small", home.channels, window=4)
        broadcast = await approved(home)
        await home.sender.run_once()
        assert len(home.web.log) == 4
        assert (await home.broadcasts.pause(broadcast.id, by=SHELL)).status is S.PAUSED
        assert (await home.broadcasts.pause(broadcast.id, by=SHELL)).status is S.PAUSED
        await home.send_all()
        await home.broadcast_tick.run_due()
        assert len(home.web.log) == 4
        progress = await progress_of(home, broadcast.id)
        assert (progress.sent, progress.waiting) == (4, 6)
        await home.broadcasts.resume(broadcast.id, by=SHELL)
        await home.send_all()
        assert set(Counter(who for _, who, _ in home.web.log).values()) == {1}
        assert len(home.web.log) == 10


async def test_cancelled_who_hasnt_got_it_never_will(fresh: Fresh):
    async with at_home(fresh) as home:
        await people(home, 5)
        home.sender = home.another_sender("small", home.channels, window=2)
        home.web.answers = [Wait(until=home.clock.now()), Accepted()]
        broadcast = await approved(home)
        # One comes back after it was cancelled: it was in flight.
        taken, _ = await home.sender._take(2)
        await home.broadcasts.cancel(broadcast.id, by=SHELL)
        outcomes = [(one, await home.sender._send(one)) for one in taken]
        await home.sender._settle(outcomes)
        await home.send_all()
        assert counted(await states(home, broadcast.id)) == {"SENT": 1, "SUPPRESSED": 4, "QUEUED": 1}
        assert await home.broadcast_tick.run_due() > 0
        assert counted(await states(home, broadcast.id)) == {"SENT": 1, "SUPPRESSED": 5}
        report = await home.broadcasts.report(broadcast.id, by=SHELL)
        assert report.broadcast.status is S.CANCELLED
        assert report.broadcast.finished_at is not None
        assert report.progress.reasons == {"cancelled": 5}
        assert (await home.broadcasts.cancel(broadcast.id, by=SHELL)).status is S.CANCELLED
        with pytest.raises(NotAllowedNow):
            await home.broadcasts.resume(broadcast.id, by=SHELL)


async def test_killed_in_the_middle_nobody_gets_it_twice_and_the_doubtful_are_named(fresh: Fresh):
    telegram = FakeChannel(idempotent=False)
    async with at_home(fresh, telegram=telegram) as home:
        on_telegram = await people(home, 12, channels=("telegram", "web"))
        killed = home.another_sender("killed", home.channels, window=5)
        broadcast = await approved(home)
        telegram.dies = True
        taken, _ = await killed._take(5)
        crashes = await asyncio.gather(*map(killed._send, taken), return_exceptions=True)
        assert any(isinstance(crash, Crash) for crash in crashes)
        in_flight = {one.notification.recipient_id for one in taken}
        home.clock.advance(seconds=31)
        await home.send_all()
        found = await states(home, broadcast.id)
        assert {person for person, status in found.items() if status == "UNKNOWN"} == in_flight & set(on_telegram)
        told = Counter(who for _, who, _ in (*telegram.log, *home.web.log))
        assert set(told.values()) == {1}
        assert set(on_telegram) - in_flight <= set(told)
        (unknown, *_) = [one for one in taken if found[one.notification.recipient_id] == "UNKNOWN"]
        with pytest.raises(NotAllowed):
            await home.use_cases.retry(delivery_id=unknown.delivery.id)


async def test_blocked_it_falls_back_and_is_known_next_time(fresh: Fresh):
    telegram = FakeChannel(idempotent=False)
    async with at_home(fresh, telegram=telegram) as home:
        (both,) = await people(home, 1, channels=("telegram", "web"), language="en")
        (only,) = await people(home, 1, channels=("telegram",), language="en")
        telegram.answers = [Rejected(reason="blocked", permanent=True) for _ in range(2)]
        english = Segment(language="en")
        broadcast = await approved(home, segment=english)
        await home.send_all()
        assert await states(home, broadcast.id) == {both: "SENT", only: "FAILED"}
        seen = await drafted(home, segment=english)
        assert (seen.now, dict(seen.excluded)) == (1, {Exclusion.BLOCKED: 1})
        await home.hear(home.story.linked(only, "customer", "telegram", "en"))
        assert (await drafted(home, segment=english)).now == 2


async def test_a_correction_goes_to_exactly_those_who_got_it(fresh: Fresh):
    telegram = FakeChannel(idempotent=False)
    async with at_home(fresh, telegram=telegram) as home:
        got = await people(home, 3)
        (failed,) = await people(home, 1, channels=("telegram",))
        telegram.answers = [Rejected(reason="chat_not_found", permanent=True)]
        first = await approved(home)
        with pytest.raises(NotAllowedNow):
            await home.broadcasts.correct(first.id, broadcast_id="b-2", wording=WORDS, by=SHELL)
        await home.send_all()
        await home.broadcast_tick.run_due()
        await people(home, 2)
        with pytest.raises(NotAllowedNow):
            await drafted(home, kind=Kind.AD, segment=Segment(corrects=first.id))
        with pytest.raises(NotFound):
            await drafted(home, segment=Segment(corrects="b-9"))
        await home.broadcasts.correct(first.id, broadcast_id="b-2", wording=WORDS, by=SHELL)
        seen = await home.broadcasts.dry_run("b-2", by=SHELL)
        second = await home.broadcasts.approve("b-2", digest=seen.digest, by=SHELL)
        assert set(await states(home, second.id)) == {*got, home.story.customer}
        assert failed in await states(home, first.id)


# Advertising


async def test_the_dry_run_says_who_gets_it_when_and_why_not(fresh: Fresh):
    async with at_home(fresh) as home:
        agreed = home.clock.now()
        await people(home, 3, consent_day_at=agreed)
        await people(home, 2, consent_day_at=agreed, consent_night_at=agreed)
        await people(home, 1, consent_withdrawn_at=agreed)
        await people(home, 1, consent_day_at=agreed, channels=())
        await people(home, 1, consent_day_at=agreed, channels=("web",), blocked=("web",))
        home.clock.set(NIGHT)
        seen = await drafted(home, kind=Kind.AD, wording=AD)
        assert (seen.selected, seen.now, seen.later, seen.later_at) == (9, 2, 3, MORNING)
        assert dict(seen.excluded) == {
            Exclusion.NO_CONSENT: 1,
            Exclusion.OPTED_OUT: 1,
            Exclusion.BLOCKED: 1,
            Exclusion.NO_CHANNEL: 1,
        }
        (preview,) = seen.previews
        assert preview.count == 5
        assert preview.card.text == (
            "(광고) 싹3 02-000-0000\n12월 평일 오전 집청소 10% 할인\n무료 수신거부: 채팅에 ‘수신거부’"
        )


async def test_at_night_it_waits_for_the_morning_and_who_opts_out_meanwhile_gets_nothing(fresh: Fresh):
    async with at_home(fresh) as home:
        (day, leaves, night) = await people(home, 3)
        for person in (day, leaves):
            await consents(home, person)
        await consents(home, night, night=True)
        await home.send_all()
        home.web.log.clear()
        home.clock.set(NIGHT)
        broadcast = await approved(home, kind=Kind.AD, wording=AD)
        await home.send_all()
        assert [who for _, who, _ in home.web.log] == [night]
        progress = await progress_of(home, broadcast.id)
        assert (progress.sent, progress.waiting, progress.later) == (1, 2, 2)
        assert await home.broadcast_tick.run_due() == 0, "it isn't over while somebody waits"
        await consents(home, leaves, day=False)
        home.clock.set(MORNING - timedelta(seconds=1))
        await home.send_all()
        assert counted(await states(home, broadcast.id)) == {"SENT": 1, "DEFERRED": 2}
        home.clock.set(MORNING)
        await home.send_all()
        assert await states(home, broadcast.id) == {day: "SENT", leaves: "SUPPRESSED", night: "SENT"}
        assert (await progress_of(home, broadcast.id)).reasons == {"opted_out": 1}


async def test_what_was_taken_just_before_the_night_isnt_sent_in_it(fresh_sqlite: Fresh):
    async with at_home(fresh_sqlite) as home:
        await people(home, 1, consent_day_at=home.clock.now())
        home.clock.set(NIGHT.replace(hour=20, minute=59, second=30))
        broadcast = await approved(home, kind=Kind.AD, wording=AD)
        taken, _ = await home.sender._take(5)
        assert len(taken) == 1
        home.clock.advance(seconds=25)
        await home.sender._settle([(one, await home.sender._send(one)) for one in taken])
        assert home.web.log == []
        home.clock.set(MORNING)
        await home.send_all()
        assert counted(await states(home, broadcast.id)) == {"SENT": 1}


async def test_the_bot_is_asked_last_and_who_has_just_opted_out_gets_nothing(fresh_sqlite: Fresh):
    """No event of it has come: the broker is away."""
    async with at_home(fresh_sqlite) as home:
        stays, leaves = await people(home, 2, consent_day_at=home.clock.now())
        home.book.consents[leaves] = Advertising(day=False, night=False)
        one = await approved(home, kind=Kind.AD, wording=AD)
        await home.send_all()
        assert [who for _, who, _ in home.web.log] == [stays]
        assert await states(home, one.id) == {stays: "SENT", leaves: "SUPPRESSED"}
        assert (await progress_of(home, one.id)).reasons == {"opted_out": 1}


async def test_who_takes_back_the_night_only_gets_it_in_the_morning(fresh_sqlite: Fresh):
    async with at_home(fresh_sqlite) as home:
        agreed = home.clock.now()
        (person,) = await people(home, 1, consent_day_at=agreed, consent_night_at=agreed)
        home.book.consents[person] = Advertising(day=True, night=False)
        home.clock.set(NIGHT)
        one = await approved(home, kind=Kind.AD, wording=AD)
        await home.send_all()
        home.clock.set(MORNING - timedelta(seconds=1))
        await home.send_all()
        assert home.web.log == []
        home.clock.set(MORNING)
        await home.send_all()
        assert await states(home, one.id) == {person: "SENT"}


async def test_advertising_waits_while_the_bot_cannot_be_asked_and_information_asks_nobody(fresh_sqlite: Fresh):
    async with at_home(fresh_sqlite) as home:
        (person,) = await people(home, 1, consent_day_at=home.clock.now())
        home.book.is_away = True
        info, advertising = await approved(home), await approved(home, kind=Kind.AD, wording=AD)
        await home.send_all()
        assert counted(await states(home, info.id)) == {"SENT": 2}
        assert await states(home, advertising.id) == {person: "QUEUED"}
        home.book.is_away = False
        home.clock.advance(seconds=2)
        await home.send_all()
        assert await states(home, advertising.id) == {person: "SENT"}
        assert home.book.asked == [person]


# Consent: what the law wants told


async def test_who_agrees_or_refuses_gets_it_in_writing_once(fresh_sqlite: Fresh):
    async with at_home(fresh_sqlite) as home:
        await consents(home, home.story.customer)
        await consents(home, home.story.customer, night=True)
        await consents(home, home.story.customer, day=False)
        await home.send_all()
        assert home.web.titles(home.story.customer) == [
            "광고 받기에 동의하셨어요",
            "밤 광고 받기에도 동의하셨어요",
            "광고를 보내지 않을게요",
        ]
        (_, _, card) = home.web.log[0]
        assert [item.value for item in card.items][:2] == ["싹3 02-000-0000", "2026-11-23"]


async def test_every_two_years_a_consent_is_recalled(fresh: Fresh):
    async with at_home(fresh) as home:
        await consents(home, home.story.customer)
        await home.send_all()
        home.web.log.clear()
        for moment in (datetime(2028, 11, 23, 10, tzinfo=KST), datetime(2030, 11, 23, 10, tzinfo=KST)):
            home.clock.set(moment - timedelta(seconds=1))
            assert await home.tick.remind_of_consent() == 0
            home.clock.set(moment)
            assert [await home.tick.remind_of_consent() for _ in range(2)] == [1, 0]
        await home.send_all()
        assert home.web.titles(home.story.customer) == ["광고 받기에 동의하신 걸 알려드려요"] * 2
        await consents(home, home.story.customer, day=False)
        home.clock.set(datetime(2033, 1, 1, tzinfo=KST))
        assert await home.tick.remind_of_consent() == 0


# Beside it


async def test_own_news_go_first_and_a_broadcast_fills_the_room(fresh: Fresh):
    telegram = FakeChannel(idempotent=False)
    async with at_home(fresh, telegram=telegram) as home:
        await people(home, 20, channels=("telegram",))
        home.sender = home.another_sender("small", home.channels, window=3)
        await approved(home)
        stories = [Story(home.clock, home.ids) for _ in range(2)]
        for story in stories:
            await home.hear(story.linked(story.customer, "customer", "telegram"), story.requested())
        taken, _ = await home.sender._take(50)
        assert [one.delivery.broadcast_id is None for one in taken] == [True, True, False]


async def test_told_to_wait_the_broadcast_rests_as_a_whole(fresh_sqlite: Fresh):
    telegram = FakeChannel(idempotent=False)
    async with at_home(fresh_sqlite, telegram=telegram) as home:
        await people(home, 20, channels=("telegram",))
        home.sender = home.another_sender("small", home.channels, window=3)
        until = home.clock.now() + timedelta(seconds=30)
        telegram.answers = [Wait(until=until, everybody=True) for _ in range(2)]
        broadcast = await approved(home)
        await home.send_all()
        assert telegram.calls == 2, "with one on the page they fill the window; the others aren't asked for nothing"
        home.clock.set(until)
        await home.send_all()
        assert counted(await states(home, broadcast.id)) == {"SENT": 21}
