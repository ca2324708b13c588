"""What the inbox asks and writes, made once for each context."""

from datetime import datetime
from functools import cache

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Select,
    String,
    Table,
    TextClause,
    Update,
    bindparam,
    delete,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from storage.messaging_tables import MessagingTables

POSITION = ("source", "subject", "sequence")
_LOOKED_AT = """
{known}
UNION ALL
SELECT 'parked', waits_for, source, subject, NULL FROM {context}_parked WHERE (source, subject) {streams}
UNION ALL
SELECT 'parked', waits_for, source, subject, NULL FROM {context}_parked WHERE waits_for {ids}
"""
_KNOWN = """
SELECT 'handled', event_id, NULL, NULL, CAST(NULL AS BIGINT) FROM {context}_inbox WHERE event_id IN :maybe_handled
UNION ALL
SELECT 'position', NULL, source, subject, sequence FROM {context}_position WHERE (source, subject) IN :streams
"""
# One by one, so that each is found by its key: PostgreSQL keeps the plan that it made when the table was small, and
# would go on reading all of it. Arrays come by a SELECT, so that it doesn't know how short they are: else it would plan
# anew each time, which takes four times as long as to carry it out.
_KNOWN_BY_KEY = """
SELECT 'handled', found.event_id, NULL, NULL, CAST(NULL AS BIGINT)
FROM unnest((SELECT :maybe_handled)) AS wanted (id) CROSS JOIN LATERAL (
    SELECT event_id FROM {context}_inbox AS each WHERE each.event_id = wanted.id LIMIT 1
) AS found
UNION ALL
SELECT 'position', NULL, found.source, found.subject, found.sequence
FROM unnest((SELECT :sources), (SELECT :subjects)) AS wanted (source, subject) CROSS JOIN LATERAL (
    SELECT source, subject, sequence FROM {context}_position AS each
    WHERE each.source = wanted.source AND each.subject = wanted.subject LIMIT 1
) AS found
"""
_WRITTEN = """
WITH marked AS (INSERT INTO {context}_inbox (event_id, handled_at) SELECT id, :now FROM unnest(:ids) AS id)
INSERT INTO {context}_position (source, subject, sequence) SELECT * FROM unnest(:source, :subject, :sequence)
ON CONFLICT (source, subject) DO UPDATE SET sequence = excluded.sequence
"""


@cache
def noted(consumer: Table) -> Select[tuple[datetime]]:
    return select(consumer.c.joined_at)


@cache
def waiting(parked: Table) -> Select[tuple[str, bytes]]:
    """What follows an event in its stream, and what it caused."""
    follows = (
        (parked.c.source == bindparam("source"))
        & (parked.c.subject == bindparam("subject"))
        & (parked.c.sequence == bindparam("next"))
    )
    return (
        select(parked.c.event_id, parked.c.body)
        .where(or_(follows, parked.c.waits_for == bindparam("id")))
        .order_by(parked.c.source, parked.c.subject, parked.c.sequence)
    )


@cache
def unpark(parked: Table) -> Delete:
    return delete(parked).where(_these(parked))


@cache
def unpark_waiting_for(parked: Table) -> Delete:
    return delete(parked).where(_these(parked), parked.c.waits_for == bindparam("cause"))


def _these(parked: Table) -> ColumnElement[bool]:
    return parked.c.event_id.in_(bindparam("ids", expanding=True))


@cache
def is_parked(parked: Table) -> Select[tuple[str]]:
    return select(parked.c.event_id).where(parked.c.event_id == bindparam("id"))


@cache
def wait_for(parked: Table) -> Update:
    return update(parked).where(_these(parked)).values(waits_for=bindparam("cause"))


@cache
def look(tables: MessagingTables, is_sqlite: bool) -> TextClause:
    """All that is known of a batch. In PostgreSQL arrays keep the statement the same for any number of events."""
    context = tables.context
    if is_sqlite:
        known = _KNOWN.format(context=context)
        statement = text(_LOOKED_AT.format(context=context, known=known, ids="IN :ids", streams="IN :streams"))
        names = ("ids", "maybe_handled", "streams")
        return statement.bindparams(*(bindparam(name, expanding=True) for name in names))
    known = _KNOWN_BY_KEY.format(context=context)
    ids, streams = "= ANY((SELECT :ids)::varchar[])", "IN (SELECT * FROM unnest((SELECT :sources), (SELECT :subjects)))"
    statement = text(_LOOKED_AT.format(context=context, known=known, ids=ids, streams=streams))
    arrays = ("ids", "maybe_handled", "sources", "subjects")
    return statement.bindparams(*(bindparam(name, type_=ARRAY(String())) for name in arrays))


@cache
def write(tables: MessagingTables) -> TextClause:
    """Marks and positions, in one statement."""
    types = {
        "ids": ARRAY(String()), "now": tables.inbox.c.handled_at.type, "source": ARRAY(String()),
        "subject": ARRAY(String()), "sequence": ARRAY(BigInteger()),
    }  # fmt: skip
    statement = text(_WRITTEN.format(context=tables.context))
    return statement.bindparams(*(bindparam(name, type_=kind) for name, kind in types.items()))
