"""T9: my page against a bare row by its primary key, through the same server; among few and among many reservations."""

from collections.abc import Callable, Mapping

from tests.bench.bed import Bed, Round
from tests.bench.cpu import spent
from tests.bench.figures import Goal, Outcome, Series, each, ratios
from tests.bench.load import gets

FEW, MANY = 10_000, 1_000_000
# Each customer's: one that lies ahead, mostly.
RESERVATIONS_EACH = 1
CONNECTIONS = 20
ASKED = 2_000
FILL = """
INSERT INTO mypage_reservation (reservation_id, customer_id, short_code, status, starts_at, is_stuck, reservation, payment,
                                job, last, as_of)
SELECT 'r-' || n, 'c-' || n / {each}, 'ABCDE', 'CONFIRMED', now() + interval '3 days', false,
       jsonb_build_object(
           'version', 3, 'service', 'home', 'size_pyeong', 24, 'add_ons', '["fridge"]'::jsonb, 'area', 'mapo',
           'details_id', 'd-' || n, 'starts_at', '2026-12-01T09:00:00+09:00', 'ends_at', '2026-12-01T12:00:00+09:00',
           'visit_revision', 1, 'price_krw', 100000, 'status', 'CONFIRMED', 'hold_expires_at',
           '2026-11-26T12:00:00+09:00', 'deferred', false, 'paid', true),
       jsonb_build_object('id', 'p-' || n, 'paid_krw', 100000, 'refunded_krw', 0, 'attempt', 'paid', 'method', 'card'),
       jsonb_build_object('id', 'j-' || n, 'visit_revision', 1, 'status', 'ASSIGNED', 'cleaner_id', 'k-' || n % 500,
                          'cleaner_name', 'Sparkle', 'payout_krw', 80000, 'asked', 1),
       '{{"reservation": 2, "payment": 1, "cleaning": 2}}', now()
FROM generate_series(0, {last}) AS n;
INSERT INTO bot_details (id, person_id, address, phone, note)
SELECT 'd-' || n, 'c-' || n / {each}, '서울시 마포구 월드컵북로 1', '', '' FROM generate_series(0, {last}) AS n;
"""


def measure(bed: Bed, rounds: int, seconds: int, tell: Callable[[str], None]) -> Outcome:
    """A database and a server each for few and for many; each round, my page and the bare row of both in turn."""
    with bed.round() as few, bed.round() as many:
        populations = {FEW: few, MANY: many}
        for count, this in populations.items():
            this.module("front", label="server")
            tell(f"filling in {count:,} reservations")
            _fill(this, count)
        found: dict[int, list[Mapping[str, float]]] = {count: [] for count in populations}
        for number in range(1, rounds + 1):
            for count, this in populations.items():
                tell(f"round {number} of {rounds}: among {count:,}")
                found[count].append(_asked(this, count, seconds))
    pages = {count: [one["page"] for one in each_round] for count, each_round in found.items()}
    rows = {count: [one["row"] for one in each_round] for count, each_round in found.items()}
    return Outcome(
        target="T9",
        title="My page read",
        goals=[
            (Goal(what="my page : bare row", bound=0.8, at_least=True), ratios(pages[MANY], rows[MANY])),
            (Goal(what=f"among {FEW:,} : among {MANY:,}", bound=1.2, at_least=False), ratios(pages[FEW], pages[MANY])),
        ],
        measured={
            **{f"my page, among {count:,}": Series(values=rates, unit="/s") for count, rates in pages.items()},
            **{f"bare row, among {count:,}": Series(values=rates, unit="/s") for count, rates in rows.items()},
        },
        cpu={
            "my page": each([_of(one, "page ") for one in found[MANY]], scale=1000),
            "bare row": each([_of(one, "row ") for one in found[MANY]], scale=1000),
        },
        cpu_unit="ms per read",
        remarks=[
            f"`GET /api/mypage/{{customer_id}}` of {ASKED:,} customers, with {CONNECTIONS} connections: token, view, "
            "address and JSON of the contract. The bare route is in the same server and reads one row of the same table "
            "by its primary key, with no token and no more.",
            "My page takes two reads, since address and note are the bot's alone, where the bare route takes one. Those that "
            "are asked for in the same turn of the event loop are one statement; the bare route's are one each.",
        ],
    )


def _fill(this: Round, count: int) -> None:
    this.sql(FILL.format(last=count - 1, each=RESERVATIONS_EACH))
    this.sql("VACUUM ANALYZE mypage_reservation")
    this.sql("VACUUM ANALYZE bot_details")


def _asked(this: Round, count: int, seconds: int) -> Mapping[str, float]:
    step = max(1, count // ASKED)
    paths = {
        "page": [f"/api/mypage/c-{number // RESERVATIONS_EACH}" for number in range(0, count, step)],
        "row": [f"/bare/r-{number}" for number in range(0, count, step)],
    }
    found: dict[str, float] = {}
    for name, wanted in paths.items():
        with spent(this.pids()) as cpu:
            answers = gets(this.folder, this.started["server"].url, wanted, seconds, CONNECTIONS)
        if set(answers.statuses) != {200} or answers.broken:
            raise RuntimeError(f"{name}: {answers}")
        found[name] = answers.count / answers.seconds
        found |= {f"{name} {process}": used / answers.count for process, used in cpu.items()}
    return found


def _of(one: Mapping[str, float], prefix: str) -> Mapping[str, float]:
    return {name.removeprefix(prefix): value for name, value in one.items() if name.startswith(prefix)}
