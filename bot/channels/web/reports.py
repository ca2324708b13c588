"""A broadcast's report as a file, for operators at the page."""

import csv
import io
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from bot.channels.web.router import problem
from bot.channels.web.session import Sessions, known
from bot.conversation.texts_web import NEEDS_INVITE, NO_SUCH_REPORT
from bot.people import People
from services.notification.broadcasts.ports import Broadcasting
from services.notification.broadcasts.sheet import BYTE_ORDER_MARK, COLUMNS, line_of
from services.shared_kernel.ids import short_code
from services.shared_kernel.refusal import NotFound

ROWS_AT_ONCE = 500


class Reports:
    """Only for an operator's session: the cookie that the page has."""

    def __init__(self, broadcasts: Broadcasting, people: People, sessions: Sessions) -> None:
        self._broadcasts = broadcasts
        self._people = people
        self._sessions = sessions

    def router(self) -> APIRouter:
        """The route."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/chat/broadcasts/{broadcast_id}.csv", self._file, methods=["GET"])
        return router

    async def _file(self, broadcast_id: str, request: Request) -> Response:
        operator = await known("operator", request.cookies, self._sessions, self._people)
        if operator is None:
            return problem(401, NEEDS_INVITE["ko"])
        try:
            report = await self._broadcasts.report(broadcast_id, by=operator.id)
        except NotFound:
            return problem(404, NO_SUCH_REPORT[operator.language])
        headers = {
            "Content-Disposition": f'attachment; filename="broadcast-{short_code(report.broadcast.id)}.csv"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        rows = self._rows(report.broadcast.id, operator.id)
        return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)

    async def _rows(self, broadcast_id: str, by: str) -> AsyncIterator[str]:
        yield BYTE_ORDER_MARK + _lines([COLUMNS])
        part: list[tuple[str, ...]] = []
        async for one in self._broadcasts.recipients(broadcast_id, by=by):
            part.append(line_of(one))
            if len(part) >= ROWS_AT_ONCE:
                yield _lines(part)
                part.clear()
        yield _lines(part)


def _lines(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
