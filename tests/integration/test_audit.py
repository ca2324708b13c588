"""The audit passes a world that kept its promises, and names each one that is broken behind everybody's back."""

import asyncio
import io
import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from ssak3.audit import Check, Finding, audit_and_report, run_audit
from ssak3.audit.run import report
from ssak3.doorstep import CannotStart
from ssak3.republish import republish_events
from tests.support.audited import Audited, build
from tests.support.time import FakeClock

# One worker, so that the sound world is built once.
pytestmark = pytest.mark.xdist_group("audit")


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return build(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def world(sound, tmp_path):
    return sound.copy(tmp_path / "data")


def look(world: Audited, **later: float) -> list[Check]:
    return list(asyncio.run(run_audit(world.settings, FakeClock(world.now + timedelta(**later)))))


def found(world: Audited, **later: float) -> list[tuple[str, Finding]]:
    return [(check.name, finding) for check in look(world, **later) for finding in check.findings]


def texts(world: Audited, **later: float) -> str:
    return "\n".join(f"{name}: {finding.text}" for name, finding in found(world, **later))


def test_a_sound_world_passes(world):
    checks = look(world)
    assert [finding.text for check in checks for finding in check.findings] == []
    assert all(check.looked_at > 0 for check in checks)


def test_nothing_is_written_by_looking(world):
    before = {path.name: path.read_bytes() for path in world.folder.iterdir() if path.suffix in (".db", ".jsonl")}
    look(world)
    after = {path.name: path.read_bytes() for path in world.folder.iterdir() if path.suffix in (".db", ".jsonl")}
    assert before == after


# What is done behind everybody's back, where {…} is the id of a reservation; and what the audit has to say.
BROKEN_ROWS = {
    "a lost allocation": (
        "DELETE FROM reservation_allocation WHERE rowid = "
        "(SELECT rowid FROM reservation_allocation WHERE reservation_id = '{waiting}')",
        "1 places: reservation {waiting} (CONFIRMED) has no allocation in mapo",
    ),
    "a place held by a closed one": (
        "UPDATE reservation_allocation SET reservation_id = '{expired}' WHERE reservation_id = '{waiting}'",
        "1 places: reservation {expired} (EXPIRED) holds mapo",
    ),
    "a count of holds": (
        "UPDATE reservation_capacity SET held = held + 1 WHERE held = 0",
        "counts 1 held, and has 0 allocations",
    ),
    "a double booking": (
        "UPDATE reservation_capacity SET capacity = 0 WHERE held = 1",
        "is booked 1 times, with a capacity of 0",
    ),
    "a posting of another amount": (
        "UPDATE payment_posting SET amount_krw = amount_krw + 1 WHERE account = 'provider' AND transaction_id = "
        "(SELECT 'charge:' || paid_attempt_id FROM reservation_reservation WHERE id = '{done}')",
        "7 books: all postings sum to 1 won instead of 0",
    ),
    "a posting for nothing": (
        "INSERT INTO payment_posting (transaction_id, account, payment_id, amount_krw, booked_at) "
        "SELECT 'gift', 'bank', id, 500, '2026-11-25 00:00:00' FROM payment_payment WHERE reservation_id = '{done}'",
        "gift on bank books 500 won for nothing that happened",
    ),
    "a total": (
        "UPDATE payment_payment SET refunded_krw = refunded_krw - 1000 WHERE reservation_id = '{fee}'",
        "7 books: payment",
    ),
    "a fee by another policy": (
        "UPDATE reservation_reservation SET policy = replace(policy, '\"percent\":10', '\"percent\":20') "
        "WHERE id = '{fee}' AND policy LIKE '%\"percent\":10%'",
        "5 7 fees: reservation {fee} was cancelled with fee 8,000 / refund 72,000 / compensation 0; "
        "its policy gives fee 16,000 / refund 64,000 / compensation 0",
    ),
    "a cancellation's figures": (
        "UPDATE reservation_reservation SET cancellation = replace(cancellation, '72000', '71000') WHERE id = '{fee}'",
        "5 7 fees: reservation {fee} was to get 71,000 won back by cancelling, and its refunds are 72,000 won",
    ),
    "a fee that isn't booked": (
        "DELETE FROM payment_posting WHERE transaction_id LIKE 'fee:%'",
        "has a fee of 8,000 won, and 0 won is booked as one",
    ),
    "a compensation that isn't noted": (
        "DELETE FROM payment_compensation",
        "5 7 fees: reservation {agency} is owed a compensation of 8,000 won, and 0 won is noted",
    ),
    "a deal without a payment": (
        "UPDATE reservation_reservation SET status = 'CONFIRMED' WHERE id = '{expired}'",
        "2 3 deals: reservation {expired} (CONFIRMED) has no approved payment",
    ),
    "a late approval that is kept": (
        "DELETE FROM payment_refund WHERE cause = 'late_approval'",
        "2 3 deals: reservation {late} (CANCELLED) has to give back 80,000 won, and only 0 won is refunded",
    ),
    "a job without a payment": (
        "UPDATE cleaning_job SET reservation_id = '{expired}' WHERE reservation_id = '{waiting}'",
        "is for reservation {expired} (EXPIRED), which was never paid",
    ),
    "a deal without a job": (
        "UPDATE cleaning_job SET reservation_id = 'nobody' WHERE reservation_id = '{waiting}'",
        "2 8 jobs: reservation {waiting} (CONFIRMED) was confirmed, and has no job",
    ),
    "a job that goes on after a cancellation": (
        "UPDATE cleaning_job SET status = 'ASSIGNED' WHERE reservation_id = '{fee}'",
        "2 8 jobs: reservation {fee} (CANCELLED) is over, and job",
    ),
    "a job at another time": (
        "UPDATE cleaning_job SET starts_at = '2026-12-24 01:00:00.000000' WHERE reservation_id = '{waiting}'",
        "is planned for 2026-12-24 01:00Z, and reservation {waiting} (CONFIRMED) for another time",
    ),
    "a status that no event tells": (
        "UPDATE reservation_reservation SET status = 'IN_PROGRESS' WHERE id = '{done}'",
        "13 reservations: reservation {done}: status is IN_PROGRESS, its events say COMPLETED",
    ),
    "a lost event": (
        "DELETE FROM cleaning_event_log WHERE sequence = 2",
        "13 sequences: cleaning's log of",
    ),
    "an event of the end that is lost": (
        "DELETE FROM reservation_event_log WHERE type = 'ssak3.reservation.completed.v1'",
        "13 sequences: reservation's log of {done} lacks number",
    ),
    "an event that can't be read": (
        "UPDATE reservation_event_log SET body = '{{}}' WHERE type = 'ssak3.reservation.completed.v1'",
        "in reservation's log can't be read",
    ),
    "an event with another content": (
        "UPDATE reservation_event_log SET type = 'ssak3.reservation.started.v1' "
        "WHERE type = 'ssak3.reservation.completed.v1'",
        "says another id, type, subject or number inside",
    ),
    "an event that a consumer passed by": (
        "DELETE FROM notification_inbox WHERE event_id = "
        "(SELECT event_id FROM reservation_event_log WHERE type = 'ssak3.reservation.completed.v1')",
        "(ssak3.reservation.completed.v1, number 4 of {done}) was passed by at notification: its position is beyond it, its inbox lacks it",
    ),
    "a status on my page": (
        "UPDATE mypage_reservation SET reservation = replace(reservation, 'COMPLETED', 'IN_PROGRESS') "
        "WHERE reservation_id = '{done}'",
        "N4 my page: my page of {done}: reservation.status is 'IN_PROGRESS', its events say 'COMPLETED'",
    ),
    "what my page is looked up by": (
        "UPDATE mypage_reservation SET cleaner_id = NULL WHERE reservation_id = '{done}'",
        "N4 my page: my page of {done}: cleaner_id is None",
    ),
    "a lost row of my page": (
        "DELETE FROM mypage_reservation WHERE reservation_id = '{expired}'",
        "N4 my page: my page has no row of reservation {expired}",
    ),
    "somebody who wasn't told": (
        "DELETE FROM notification_notification WHERE template = 'customer_cleaning_completed'",
        "wasn't told customer_cleaning_completed about ssak3.reservation.completed.v1",
    ),
    "somebody who was told what is no news of theirs": (
        "UPDATE notification_notification SET recipient_id = 'a stranger' "
        "WHERE template = 'customer_cleaning_completed'",
        "a stranger was told customer_cleaning_completed about ssak3.reservation.completed.v1",
    ),
    "news that nobody sends": (
        "DELETE FROM notification_delivery WHERE notification_id = "
        "(SELECT id FROM notification_notification WHERE template = 'customer_cleaning_completed')",
        "(customer_cleaning_completed for",
    ),
    "news in another order": (
        "UPDATE notification_delivery SET sent_at = '2026-01-01 00:00:00.000000' WHERE notification_id = "
        "(SELECT id FROM notification_notification WHERE template = 'customer_cleaning_completed')",
        "10 sending: delivery",
    ),
    "somebody whom a broadcast forgot": (
        "DELETE FROM notification_notification WHERE id = "
        "(SELECT min(id) FROM notification_notification WHERE cause = 'broadcast:{broadcast}')",
        "10 11 broadcasts: broadcast {broadcast} was approved for 6, and 5 are in the ledger",
    ),
    "a broadcast that isn't there": (
        "DELETE FROM notification_broadcast",
        "10 11 broadcasts: 6 notifications name broadcast {broadcast}, which isn't there",
    ),
    "somebody whom it may have reached twice": (
        "INSERT INTO notification_delivery "
        "(id, notification_id, hop, version, status, not_before, channel, attempts, again, reason, broadcast_id, lane, position) "
        "SELECT id || '-2', notification_id, 2, 1, 'SENT', not_before, channel, 1, 0, '', broadcast_id, lane, position "
        "FROM notification_delivery WHERE id = (SELECT min(id) FROM notification_delivery WHERE broadcast_id = '{broadcast}')",
        "10 11 broadcasts: broadcast {broadcast} may have gone to ",
    ),
    "information that goes out as advertising": (
        "UPDATE notification_notification SET kind = 'AD' WHERE cause = 'broadcast:{broadcast}'",
        "10 11 broadcasts: broadcast {broadcast} is INFO, and ",
    ),
    "a broadcast that ended too early": (
        "UPDATE notification_delivery SET status = 'QUEUED', sent_at = NULL WHERE broadcast_id = '{broadcast}'",
        "10 11 broadcasts: broadcast {broadcast} is over, and 6 of it wait",
    ),
}


@pytest.mark.parametrize("name", BROKEN_ROWS)
def test_it_names(world, name):
    statement, said = BROKEN_ROWS[name]
    assert world.sql(statement.format(**vars(world))) > 0
    there = found(world)
    assert said.format(**vars(world)) in "\n".join(f"{check}: {finding.text}" for check, finding in there)
    assert not any(finding.is_stuck for _, finding in there)


# The provider's book


def rewrite(world: Audited, change: Callable[[list[str]], list[str]]) -> None:
    path = world.folder / "sandbox.jsonl"
    path.write_text("".join(f"{line}\n" for line in change(path.read_text().splitlines())))


def of_kind(lines: list[str], kind: str) -> list[str]:
    return [line for line in lines if json.loads(line)["kind"] == kind]


def test_it_names_a_charge_made_twice(world):
    def again(lines: list[str]) -> list[str]:
        return [*lines, of_kind(lines, "charge")[-1].replace('"paymentKey":"sbx_', '"paymentKey":"sbx_again_')]

    rewrite(world, again)
    said = texts(world)
    assert "3 charges: the provider's charge sbx_again_" in said
    assert "is one too many" in said
    assert f"reservation {world.waiting} (CONFIRMED) has 2 charges at the provider" in said


def test_it_names_a_charge_of_nobody(world):
    rewrite(world, lambda lines: [*lines, of_kind(lines, "charge")[-1].replace('"orderId":"', '"orderId":"else-')])
    assert "belongs to no attempt" in texts(world)


def test_it_names_a_charge_that_never_was(world):
    rewrite(world, lambda lines: [line for line in lines if line != of_kind(lines, "charge")[-1]])
    said = texts(world)
    assert "is approved over 80,000 won, and the provider has 0 charges" in said
    assert f"reservation {world.waiting} (CONFIRMED) has 0 charges at the provider" in said


def test_it_names_refunds_that_are_on_one_side_only(world):
    refund = world.one("SELECT id FROM payment_refund WHERE cause = 'agency_cancelled'")
    key = world.one("SELECT transaction_key FROM payment_refund WHERE cause = 'agency_cancelled'")
    rewrite(world, lambda lines: [line.replace(key, "sbx_tx_else") for line in lines])
    said = texts(world)
    assert f"refund {refund} of 80,000 won is done, and stands 0 times in the provider's list" in said
    assert "the provider's refund sbx_tx_else of 80,000 won" in said
    assert "is on no book of ours" in said


def test_a_line_that_is_just_being_written_is_no_fault_and_a_damaged_one_is(world):
    path = world.folder / "sandbox.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"kind":"charge","ans')
    assert found(world) == []
    path.write_bytes(b"rubbish\n" + whole)
    assert "line 1 of the provider's book can't be read" in texts(world)


# What waits


def test_what_is_under_way_is_no_fault_until_it_waits_too_long(world):
    event = world.one("SELECT event_id FROM reservation_event_log WHERE type = 'ssak3.reservation.completed.v1'")
    body = "(SELECT body FROM reservation_event_log WHERE event_id = ?)"
    world.sql("DELETE FROM mypage_inbox WHERE event_id = ?", event)
    world.sql("UPDATE mypage_position SET sequence = 3 WHERE subject = ?", world.done)
    world.sql(f"INSERT INTO reservation_outbox (event_id, routing_key, body) VALUES (?, 'x', {body})", event, event)
    # My page is compared with what it has handled, so that a row behind is no difference of its own.
    row = "UPDATE mypage_reservation SET reservation = replace(reservation, 'COMPLETED', 'IN_PROGRESS')"
    world.sql(f"{row} WHERE reservation_id = ?", world.done)
    assert "waits in reservation's outbox" not in texts(world)
    late = [(name, finding) for name, finding in found(world, minutes=20) if event in finding.text]
    assert [(name, finding.is_stuck) for name, finding in late] == [("13 deliveries", True)]


def test_what_is_dead_parked_or_queued_for_long_is_stuck(world):
    event = world.one("SELECT event_id FROM payment_event_log ORDER BY position DESC LIMIT 1")
    parked = "INSERT INTO reservation_parked (event_id, source, subject, sequence, parked_at, body)"
    world.sql(f"{parked} VALUES (?, '/ssak3/payment', 'p', 3, ?, '')", event, f"{world.now:%Y-%m-%d %H:%M:%S.%f}")
    queued = "INSERT INTO broker_message (home, queue, message_id, routing_key, headers, body, attempt, available_at,"
    values = "VALUES ('ssak3.mypage', ?, ?, 'payment.refunded.v1', '{}', '', 1, 0, ?)"
    world.sql(f"{queued} cause) {values}", "ssak3.mypage.dead", event, "KeyError at mypage/projection.py:apply")
    said = texts(world)
    assert f"event {event} (payment.refunded.v1) is dead in ssak3.mypage.dead: KeyError at" in said.replace(
        world.one("SELECT routing_key FROM broker_message"), "payment.refunded.v1"
    )
    assert "parked" not in said
    assert f"event {event} is parked at reservation for 16 min, waiting for number 1 of p" in texts(world, minutes=16)
    world.sql("UPDATE broker_message SET queue = home")
    assert "waits in ssak3.mypage" not in texts(world)
    assert "waits in ssak3.mypage" in texts(world, minutes=20)
    assert all(finding.is_stuck for _, finding in found(world, minutes=20))


def test_payments_and_holds_that_nobody_settles_are_stuck(world):
    then = f"{world.now:%Y-%m-%d %H:%M:%S.%f}"
    world.sql(
        "UPDATE reservation_reservation SET paying_since = ?, attempt_id = 'a1' WHERE id = ?", then, world.expired
    )
    attempt = world.one("SELECT paid_attempt_id FROM reservation_reservation WHERE id = ?", world.waiting)
    world.sql("UPDATE payment_attempt SET status = 'UNKNOWN', requested_at = ? WHERE id = ?", then, attempt)
    assert "a1" not in texts(world)
    said = texts(world, minutes=16)
    assert f"reservation {world.expired} waits for attempt a1 for 16 min" in said
    assert f"attempt {attempt} is UNKNOWN for 16 min" in said
    assert f"hasn't been found out by attempt {attempt}" in said


def test_deliveries_wait_for_their_time_and_for_those_before_them(world):
    last = "(SELECT max(position) FROM notification_delivery)"
    world.sql(f"UPDATE notification_delivery SET status = 'QUEUED', sent_at = NULL WHERE position = {last}")
    assert found(world) == []
    assert "is QUEUED for" in texts(world, minutes=20)
    tomorrow = f"{world.now + timedelta(hours=10):%Y-%m-%d %H:%M:%S.%f}"
    deferred = f"UPDATE notification_delivery SET status = 'DEFERRED', not_before = ? WHERE position = {last}"
    world.sql(deferred, tomorrow)
    assert "10 sending" not in texts(world, minutes=20)


# The command


def test_a_broadcast_that_moves_no_more_is_stuck(world):
    def stuck() -> str:
        return "\n".join(finding.text for _, finding in found(world, minutes=20) if finding.is_stuck)

    assert "broadcast" not in stuck()
    world.sql("UPDATE notification_broadcast SET status = 'RUNNING', finished_at = NULL")
    waits = "UPDATE notification_delivery SET status = 'QUEUED', sent_at = NULL, not_before = ? WHERE broadcast_id = ?"
    world.sql(waits, f"{world.now + timedelta(hours=9):%F %T.%f}", world.broadcast)
    assert "broadcast" not in stuck(), "they wait for the morning"
    world.sql(waits, f"{world.now:%F %T.%f}", world.broadcast)
    assert f"broadcast {world.broadcast} hasn't moved for " in stuck()


def console() -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    return Console(file=written, width=200), written


def test_without_a_database_it_says_so(tmp_path, sound):
    screen, written = console()
    nothing = Audited(**(sound.__dict__ | {"folder": tmp_path}))
    assert asyncio.run(audit_and_report(nothing.settings, screen)) == 2
    assert "There is nothing to audit" in written.getvalue()
    assert list(tmp_path.iterdir()) == []


def test_it_says_how_much_it_looked_at_and_names_each_fault(world):
    screen, written = console()
    world.sql("DELETE FROM mypage_reservation WHERE reservation_id = ?", world.expired)
    report(look(world), screen)
    assert "1 places" in written.getvalue()
    assert "✘ 1 fault " in written.getvalue()
    assert f"✘ fault (N4 my page): my page has no row of reservation {world.expired}" in written.getvalue()


def test_what_it_could_not_look_at_is_no_tick(world):
    """A provider that is away hides what it did."""
    screen, written = console()
    settings = world.settings.model_copy(update={"toss_api_base": "http://127.0.0.1:1/sandbox/toss"})
    report(asyncio.run(run_audit(settings, FakeClock(world.now))), screen)
    lines = [line.strip() for line in written.getvalue().splitlines()]
    [charges] = [line for line in lines if line.startswith("3 charges")]
    [refunds] = [line for line in lines if line.startswith("6 refunds")]
    assert charges.split()[-1] == refunds.split()[-1] == "?"
    assert "? the provider's own list can't be read from here: what is marked so wasn't looked at in full." in lines


def test_it_looks_beside_a_process_that_was_killed(world, tmp_path):
    """A killed process leaves the newest commits in SQLite's write-ahead file, and nobody has recovered it."""
    import sqlite3

    killed = tmp_path / "killed"
    connection = sqlite3.connect(world.folder / "ssak3.db")
    connection.execute("UPDATE mypage_reservation SET cleaner_id = 'x'")
    connection.commit()
    killed.mkdir()
    for name in ("ssak3.db", "ssak3.db-wal", "sandbox.jsonl"):
        shutil.copy(Path(world.folder) / name, killed)
    connection.close()
    left = Audited(**(world.__dict__ | {"folder": killed}))
    assert f"my page of {world.done}: cleaner_id is x" in texts(left)


COMPLETED = "ssak3.reservation.completed.v1"


def republished(world: Audited) -> str:
    """What `ssak3 events republish` prints, a while later."""
    screen, written = console()
    asyncio.run(republish_events(world.settings, FakeClock(world.now + timedelta(minutes=2)), screen))
    return " ".join(written.getvalue().split())


def test_what_never_reached_a_consumer_is_told_again(world):
    assert "Every event has reached all who follow it." in republished(world)
    world.sql("UPDATE mypage_position SET sequence = 3 WHERE subject = ? AND source = '/ssak3/reservation'", world.done)
    event_id = world.one("SELECT event_id FROM reservation_event_log WHERE type = ?", COMPLETED)
    world.sql("DELETE FROM mypage_inbox WHERE event_id = ?", event_id)
    assert f"({COMPLETED}, number 4 of {world.done}) never reached mypage" in texts(world)
    assert "on their way again: 1 events." in republished(world)
    assert world.one("SELECT count(*) FROM reservation_outbox WHERE routing_key = 'reservation.completed.v1'") == "1"
    assert "never reached" not in texts(world)


def parked_behind_a_gap(world: Audited, *, days: int) -> None:
    """Number 4 of a visit, parked at my page; of number 3 no log knows."""
    world.sql("UPDATE mypage_position SET sequence = 2 WHERE subject = ? AND source = '/ssak3/reservation'", world.done)
    world.sql(
        "INSERT INTO mypage_parked SELECT event_id, '/ssak3/reservation', subject, sequence, NULL, ?, body "
        "FROM reservation_event_log WHERE subject = ? AND sequence = 4",
        f"{world.now - timedelta(days=days):%Y-%m-%d %H:%M:%S.%f}", world.done,
    )  # fmt: skip


def test_what_the_logs_know_is_told_again_and_not_passed_over(world):
    parked_behind_a_gap(world, days=2)
    assert "on their way again: 1 events." in (said := republished(world))
    assert "passed over" not in said
    assert "parked" not in said


def test_what_waits_for_an_event_that_no_log_has_is_told_apart(world):
    parked_behind_a_gap(world, days=0)
    world.sql("DELETE FROM reservation_event_log WHERE subject = ? AND sequence = 3", world.done)
    said = republished(world)
    assert "Every event" not in said
    assert said.endswith(
        "Nothing that the logs know is unheard. 1 events are parked and wait for one that no log has. "
        "ssak3 audit names them."
    )
    assert f"waiting for number 3 of {world.done}" in texts(world, hours=1)


def test_a_gap_that_nobody_can_fill_is_passed_over(world):
    parked_behind_a_gap(world, days=2)
    world.sql("DELETE FROM reservation_event_log WHERE subject = ? AND sequence = 3", world.done)
    assert republished(world).endswith(
        "Gaps from before the logs, passed over: 1; what was parked behind them goes on."
    )
    [told] = [world.one("SELECT routing_key FROM reservation_outbox")]
    assert told == "reservation.completed.v1"
    assert world.one("SELECT sequence FROM mypage_position WHERE source = '/ssak3/reservation' AND subject = ?",
                     world.done) == "3"  # fmt: skip


def test_without_rabbitmq_nobody_knows_what_its_queues_hold(world, monkeypatch):
    monkeypatch.setattr("ssak3.audit.queues.PATIENCE_SECONDS", 0.1)
    settings = world.settings.model_copy(update={"amqp_urls": "amqp://guest:guest@127.0.0.1:9/"})
    with pytest.raises(CannotStart, match="RabbitMQ can't be reached"):
        asyncio.run(republish_events(settings, FakeClock(world.now), console()[0]))
