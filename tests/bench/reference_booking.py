"""T5's and T6's reference: FastAPI with asyncpg and aiohttp, and nothing more than a booking has to be.

Validate, one call to the same sandbox provider, two inserts in one transaction. No hold, no breaker, no retry, no events.
"""

import json
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import uuid4

import asyncpg
import uvicorn
from aiohttp import ClientError, ClientTimeout
from fastapi import FastAPI, Response
from pydantic import BaseModel

from services.payment.adapters.sandbox import SANDBOX_SECRET_KEY, TEST_CARD
from services.payment.adapters.session import new_session
from tests.bench.child import run, tell

POOL = 10
TABLES = """
CREATE TABLE booking (id text PRIMARY KEY, customer_id text, service text, size_pyeong int, area text, address text,
                      starts_at timestamptz, payment_key text);
CREATE TABLE event (id text PRIMARY KEY, body text);
"""
INSERT_BOOKING = "INSERT INTO booking VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
INSERT_EVENT = "INSERT INTO event VALUES ($1, $2)"
PRICE_KRW = 80_000
TIMEOUT = ClientTimeout(total=3)


class Pay(BaseModel):
    """How to pay."""

    method: str


class Booking(BaseModel):
    """What the same load sends to Ssak3."""

    customer_id: str
    service: str
    size_pyeong: int
    starts_at: datetime
    area: str
    address: str
    pay: Pay


class Shop:
    """The whole server."""

    def __init__(self, dsn: str, sandbox_url: str) -> None:
        self._dsn = dsn
        self._charge_url = f"{sandbox_url}/toss/v1/billing/{TEST_CARD}"
        self._authorization = "Basic " + b64encode(f"{SANDBOX_SECRET_KEY}:".encode()).decode()
        self.app = FastAPI(lifespan=self._lifespan)
        self.app.post("/api/reservations", status_code=201)(self.book)
        self.app.get("/health/ready")(self.ready)

    @asynccontextmanager
    async def _lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(self._dsn, min_size=POOL, max_size=POOL) as self._pool, new_session() as session:
            self._session = session
            await self._pool.execute(TABLES)
            yield

    async def ready(self) -> dict[str, str]:
        return {"status": "ready"}

    async def book(self, booking: Booking, response: Response) -> dict[str, str]:
        booking_id = str(uuid4())
        order = {
            "customerKey": booking.customer_id, "orderId": booking_id, "orderName": booking.service,
            "amount": PRICE_KRW,
        }  # fmt: skip
        headers = {"Authorization": self._authorization, "Idempotency-Key": booking_id}
        try:
            async with self._session.post(self._charge_url, json=order, headers=headers, timeout=TIMEOUT) as answer:
                payment = await answer.json()
        except (ClientError, TimeoutError):
            response.status_code = 502
            return {"status": "FAILED"}
        event = json.dumps({"id": booking_id, "paymentKey": payment["paymentKey"]})
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                INSERT_BOOKING, booking_id, booking.customer_id, booking.service, booking.size_pyeong, booking.area,
                booking.address, booking.starts_at, payment["paymentKey"],
            )  # fmt: skip
            await connection.execute(INSERT_EVENT, booking_id, event)
        return {"id": booking_id, "status": "CONFIRMED"}


async def main(dsn: str, sandbox_url: str, port: int) -> None:
    """Until it is told to end."""
    config = uvicorn.Config(Shop(dsn, sandbox_url).app, port=port, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    tell(url=f"http://127.0.0.1:{port}")
    await server.serve()


if __name__ == "__main__":
    run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
