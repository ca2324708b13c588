"""What is passed on to another process stays within the pages that are for everybody."""

import asyncio
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI, Request, Response

from services.payment.adapters.session import new_session
from ssak3.http.forward import Forward
from tests.support.serving import serving

pytestmark = pytest.mark.asyncio


async def _get(address: str, path: str) -> tuple[int, str]:
    """As it is written: a client would put the path in order."""
    to = urlsplit(address)
    reader, writer = await asyncio.open_connection(to.hostname, to.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {to.netloc}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), body.decode()


async def test_only_what_is_below_the_pages_is_reached():
    inner, outer, session = FastAPI(), FastAPI(), new_session()

    @inner.get("/{path:path}")
    async def seen(request: Request) -> Response:
        return Response(request.url.path)

    async with serving(inner) as inside:
        forward = Forward(session, inside)

        @outer.get("/checkout/{path:path}")
        async def checkout(path: str, request: Request) -> Response:
            return await forward.pass_on(request, f"checkout/{path}")

        async with serving(outer) as outside:
            for path in ("/checkout/abc_-1", "/checkout/abc/back", "/checkout/abc?a=%2e%2e"):
                assert await _get(outside, path) == (200, path.partition("?")[0])
            for path in (
                "..%2fmetrics",
                "%2e%2e/metrics",
                "%252e%252e/metrics",
                "a/%2e/b",
                "a%3fb",
                "a%23b",
                "..%5cmetrics",
            ):
                assert (await _get(outside, f"/checkout/{path}"))[0] == 404, path
    await session.close()
