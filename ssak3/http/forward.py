"""Pages of another process on this port, so that people need one address only."""

from collections.abc import Mapping

from fastapi import HTTPException, Request, Response

from services.payment.adapters.session import ClientError, ClientSession, ClientTimeout
from services.shared_kernel.tracing import trace_headers

_TIMEOUT = ClientTimeout(total=15)
# Of the hop, not of the message (RFC 9110 §7.6.1), or made anew; cookies are none of the other side's business.
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


class Forward:
    """To `base_url`. This port can't reset a connection as the sandbox does: it answers 502 then."""

    def __init__(self, session: ClientSession, base_url: str) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")

    async def pass_on(self, request: Request, path: str) -> Response:
        """The other side's answer to this request; `path` is relative to its address.

        404 for a path that would lead out of where it begins: what else the other side serves isn't for everybody.
        """
        if _leads_away(path):
            raise HTTPException(404)
        try:
            async with self._session.request(
                request.method,
                f"{self._base_url}/{path}",
                params=request.query_params.multi_items(),
                data=await request.body(),
                headers=_passed_on(request.headers) | trace_headers(),
                timeout=_TIMEOUT,
                allow_redirects=False,
            ) as answer:
                return Response(await answer.read(), answer.status, _passed_on(answer.headers))
        except (ClientError, TimeoutError) as error:
            raise HTTPException(502, "the other side dropped the connection") from error


def _leads_away(path: str) -> bool:
    """Whether the client of ours would make another path, a query or a fragment of it; %2e is a dot to it, too."""
    return bool(set(path) & set("%?#\\")) or any(part in (".", "..") for part in path.split("/"))


def _passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in _NOT_PASSED_ON}
