"""An app of ours on a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from ssak3.http.server import IDLE_SECONDS


@asynccontextmanager
async def serving(app: FastAPI, port: int = 0) -> AsyncIterator[str]:
    """Its address, until the block ends."""
    config = uvicorn.Config(
        app, port=port, log_config=None, log_level="error", ws_max_size=64 * 1024, lifespan="off",
        timeout_graceful_shutdown=5, timeout_keep_alive=IDLE_SECONDS,
    )  # fmt: skip
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    try:
        while not server.started:  # uvicorn has no event to wait for
            assert not task.done(), "it doesn't serve"
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
