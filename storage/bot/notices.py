"""Notices on their way into message logs, many in one statement."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import TextClause, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT

from bot.notices import Named, Notice
from services.shared_kernel.bot_events import ERASED
from storage.bot import tables
from storage.bot.turns import LOG
from storage.engine import Database
from storage.postgresql import arrays, key_of, whole
from storage.rows import insert_or_leave

_GIVEN = ("person_id", "delivery_id", "card")
# There is no row before every lock is held, and a row gets its `seq` when it is there: who has read one line of a
# person's log never misses one before it. Who waits here sees what was committed meanwhile, by the unique index; that
# somebody was erased meanwhile it doesn't see: the tick that forgets sweeps such a line. Arrays come by a SELECT, as in
# `storage/inbox_statements.py`.
_APPEND = text(
    """
    WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock(unnest((SELECT :keys))))
    INSERT INTO bot_message (person_id, sender, at, delivery_id, card)
    SELECT person_id, 'bot', :at, delivery_id, card
    FROM (SELECT count(*) FROM held) AS all_held,
        unnest((SELECT :person_id), (SELECT :delivery_id), (SELECT :card)) WITH ORDINALITY
            AS given (person_id, delivery_id, card, place)
    WHERE (SELECT role FROM bot_person WHERE id = person_id LIMIT 1) IS DISTINCT FROM :erased
    ORDER BY place
    ON CONFLICT DO NOTHING RETURNING delivery_id
    """
).bindparams(
    bindparam("keys", type_=ARRAY(BIGINT)),
    bindparam("at", type_=tables.message.c.at.type),
    bindparam("erased", ERASED, type_=tables.person.c.role.type),
    *(bindparam(name, type_=ARRAY(whole(tables.message.c[name]))) for name in _GIVEN),
)
_ERASED = select(tables.person.c.id).where(
    tables.person.c.id.in_(bindparam("people", expanding=True)), tables.person.c.role == bindparam("role")
)
_NAMED = """
    SELECT 'person' AS kind, id, name, '' AS address, '' AS note FROM {persons}
    UNION ALL
    SELECT 'details', id, '', address, note FROM {details}
    """
# One by one, so that each is found by its key: PostgreSQL keeps the plan that it made when the table was small, and
# would go on reading all of it.
_BY_KEY = """unnest((SELECT :{name})) AS wanted (key) CROSS JOIN LATERAL (
        SELECT * FROM {table} AS each WHERE each.id = wanted.key LIMIT 1
    ) AS found"""
_WANTED = {"persons": tables.person, "details": tables.details}


def _named(is_sqlite: bool) -> TextClause:
    shape = "{table} WHERE id IN :{name}" if is_sqlite else _BY_KEY
    statement = text(_NAMED.format(**{name: shape.format(table=of, name=name) for name, of in _WANTED.items()}))
    if is_sqlite:
        return statement.bindparams(*(bindparam(name, expanding=True) for name in _WANTED))
    return statement.bindparams(*(bindparam(name, type_=ARRAY(whole(of.c.id))) for name, of in _WANTED.items()))


_NAMED_IN = {is_sqlite: _named(is_sqlite) for is_sqlite in (True, False)}


class SqlNotices:
    """On PostgreSQL each call is one round trip."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def append(self, notices: Sequence[Notice], at: datetime) -> Collection[str]:
        rows = [asdict(notice) for notice in notices]
        async with self._database.statement() as connection:
            if not self._database.is_sqlite:
                keys = sorted({key_of(LOG, notice.person_id) for notice in notices})
                found = await connection.execute(_APPEND, {"keys": keys, "at": at, **arrays(_GIVEN, rows)})
                return set(found.scalars())
            new = set()
            told = {"people": [notice.person_id for notice in notices], "role": ERASED}
            erased = {*(await connection.execute(_ERASED, told)).scalars()}
            for row in (row for row in rows if row["person_id"] not in erased):
                values = {**row, "sender": "bot", "at": at}
                if (await connection.execute(insert_or_leave(tables.message, *values), values)).rowcount == 1:
                    new.add(row["delivery_id"])
            return new

    async def named(self, wanted: Sequence[tuple[str, str | None]]) -> Sequence[Named]:
        persons = sorted({person_id for person_id, _ in wanted})
        details = sorted({details_id for _, details_id in wanted if details_id})
        async with self._database.read() as connection:
            rows = await connection.execute(
                _NAMED_IN[self._database.is_sqlite], {"persons": persons, "details": details}
            )
            found = {(row.kind, row.id): row for row in rows}
        return [
            Named(
                name=person.name if (person := found.get(("person", person_id))) else "",
                address=visit.address if (visit := found.get(("details", details_id))) else "",
                note=visit.note if visit else "",
            )
            for person_id, details_id in wanted
        ]
