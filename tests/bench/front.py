"""T9's server: the bot's whole front door, with one bare route more: a row by its primary key, and nothing else."""

import asyncio

from fastapi import Response
from fastapi.responses import JSONResponse
from sqlalchemy import select

from ssak3.http.app import create_app
from storage.mypage.tables import reservation as table
from tests.bench.child import run, tell
from tests.bench.composed import composed
from tests.support.serving import serving


async def main() -> None:
    """Until it is told to end."""
    async with composed(payment_url="http://127.0.0.1:9") as ssak3:  # nobody pays here
        app = create_app(ssak3, is_demo=False, takes_work=lambda: True)

        @app.get("/bare/{reservation_id}")
        async def bare(reservation_id: str) -> Response:
            async with ssak3.databases.contexts["mypage"].database.read() as connection:
                found = await connection.execute(select(table).where(table.c.reservation_id == reservation_id))
                row = dict(found.one()._mapping)
            return JSONResponse({name: str(value) for name, value in row.items()})

        async with serving(app) as url:
            tell(url=url)
            await asyncio.Event().wait()


if __name__ == "__main__":
    run(main())
