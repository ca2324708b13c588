"""The sandbox on the demo's main port: its window, its switches, and its API for whoever looks on."""

from collections.abc import Mapping

from aiohttp import ClientError, ClientSession, ClientTimeout
from fastapi import HTTPException, Request, Response

_TIMEOUT = ClientTimeout(total=15)
# Of the hop, not of the message (RFC 9110 §7.6.1), or made anew; cookies are none of the sandbox's business.
_NOT_PASSED_ON = frozenset(
    {
        "connection",
        "keep-alive",
        "transfer-encoding",
        "content-length",
        "content-encoding",
        "host",
        "date",
        "cookie",
        "server",
    }
)


class SandboxProxy:
    """This port can't reset a connection as the sandbox does: it answers 502 then. Payment asks the sandbox itself."""

    def __init__(self, session: ClientSession, sandbox_url: str) -> None:
        self._session = session
        self._sandbox_url = sandbox_url

    async def pass_on(self, request: Request, path: str) -> Response:
        """The sandbox's answer to this request."""
        try:
            async with self._session.request(
                request.method,
                f"{self._sandbox_url}/{path}",
                params=request.query_params.multi_items(),
                data=await request.body(),
                headers=_passed_on(request.headers),
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as answer:
                return Response(await answer.read(), answer.status, _passed_on(answer.headers))
        except (ClientError, TimeoutError) as error:
            raise HTTPException(502, "the sandbox dropped the connection") from error


def _passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _NOT_PASSED_ON}
