"""An app of ours on a real socket, by the server that processes have."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from ssak3.http.server import Server


@asynccontextmanager
async def serving(app: FastAPI, port: int = 0) -> AsyncIterator[str]:
    """Its address, until the block ends."""
    server = Server(app)
    server.config.lifespan = "off"  # what an app opens, its test opens
    with socket.create_server(("127.0.0.1", port)) as listening:
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            while not server.started:  # uvicorn has no event to wait for
                assert not task.done(), "it doesn't serve"
                await asyncio.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
