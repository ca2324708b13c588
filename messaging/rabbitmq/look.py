"""One look at a node, for whoever asks whether all is well. Declares nothing, takes nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import ChannelNotFoundEntity

from messaging.broker import BrokerUnavailable
from messaging.rabbitmq.connection import CONNECT_SECONDS, is_blocked
from messaging.rabbitmq.topology import Topology

LOOK_SECONDS = 15.0


@dataclass(frozen=True, kw_only=True)
class Node:
    """`missing`: the queues that should be there and aren't; the first process that connects makes them."""

    version: str
    is_blocked: bool
    missing: Sequence[str]


async def look_at(url: str) -> Node:
    """Raises BrokerUnavailable, which says why."""
    try:
        async with asyncio.timeout(LOOK_SECONDS), await aio_pika.connect(url, timeout=CONNECT_SECONDS) as connection:
            return Node(
                version=_version(connection),
                is_blocked=is_blocked(connection),
                missing=[name for name in Topology().names() if not await _has(connection, name)],
            )
    except Exception as error:  # refused, no such host, wrong password, no such virtual host, or silence
        raise BrokerUnavailable(str(error) or type(error).__name__) from error


def _version(connection: AbstractConnection) -> str:
    transport = connection.transport
    properties = getattr(transport.connection, "server_properties", None) if transport else None
    found = (properties or {}).get("version", "")
    return found.decode() if isinstance(found, bytes) else str(found)


async def _has(connection: AbstractConnection, queue: str) -> bool:
    # A queue that isn't there costs the channel on which it was asked for.
    async with connection.channel(publisher_confirms=False) as channel:
        try:
            await channel.declare_queue(queue, passive=True, timeout=CONNECT_SECONDS)
        except ChannelNotFoundEntity:
            return False
    return True
