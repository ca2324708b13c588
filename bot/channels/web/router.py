"""The web channel's doors: the page, sessions, and the socket."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field
from starlette.applications import Starlette

from bot.channels.answering import Answering
from bot.channels.hub import Hub
from bot.channels.web.rate import Buckets, neighbourhood
from bot.channels.web.session import Sessions, cookie_name, known
from bot.channels.web.socket import POLICY_VIOLATION, PhoneSocket
from bot.conversation.texts_web import NEEDS_INVITE, TOO_MANY
from bot.conversation.turn import Said
from bot.dialogue import Dialogue
from bot.message_log import LogReader
from bot.people import BadInvite, People
from bot.records import PersonRecord
from services.shared_kernel.clock import Clock

STATIC = files("bot.channels.web") / "static"
SESSION_SECONDS = 180 * 24 * 3600
TRY_AGAIN_LATER = 1013
# Windows and terminals that one person may have open.
MOST_SOCKETS = 20
RETRY_AFTER_SECONDS = 10
ROLES = ("customer", "cleaner", "operator")
# The page needs nothing from elsewhere, and nobody may frame it.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class SessionRequest(BaseModel):
    """A phone asks to be somebody."""

    role: str = Field(pattern="^(customer|cleaner|operator)$")
    invite: str | None = Field(default=None, max_length=40)
    demo: bool = False
    language: str = Field(default="ko", pattern="^(ko|en)$")


class WebChannel:
    """`allows_demo` says whether this request may join without an invite (embedded, on this machine only).

    With `is_https` cookies travel encrypted only, also when something in front of us does the encrypting.
    """

    def __init__(
        self, people: People, dialogue: Dialogue, answering: Answering, log: LogReader, hub: Hub,
        sessions: Sessions, clock: Clock, allows_demo: Callable[[Request], bool], is_https: bool = False,
    ) -> None:  # fmt: skip
        self._people = people
        self._dialogue = dialogue
        self._answering = answering
        self._log = log
        self._hub = hub
        self._sessions = sessions
        self._clock = clock
        self._allows_demo = allows_demo
        self._is_https = is_https
        self._talk_pace = Buckets(burst=20, per_second=5)
        # Of one address: families and offices share one, so these are generous to people and mean to programs.
        self._newcomers = Buckets(burst=300, per_second=2)
        self._invite_tries = Buckets(burst=10, per_second=0.1)

    def mount(self, app: Starlette) -> None:
        """Serve the page's files."""
        app.mount("/static", StaticFiles(directory=str(STATIC)), name="static")

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/", self._page, methods=["GET"])
        router.add_api_route("/chat/config", self._config, methods=["GET"])
        router.add_api_route("/chat/session", self._session, methods=["POST"])
        router.add_api_websocket_route("/chat/ws", self._socket)
        return router

    async def _page(self) -> Response:
        return Response((STATIC / "index.html").read_bytes(), media_type="text/html", headers=SECURITY_HEADERS)

    async def _config(self, request: Request) -> dict[str, Any]:
        return {"demo": self._allows_demo(request)}

    async def _session(self, asked: SessionRequest, request: Request) -> Response:
        if not is_same_origin(request.headers.get("origin"), request.headers.get("host")):
            return problem(403, NEEDS_INVITE[asked.language])
        person = await known(asked.role, request.cookies, self._sessions, self._people)
        if person is None or asked.invite:
            if not self._may_enter(asked, request):
                return too_many(asked.language)
            try:
                person = await self._enter(asked, request)
            except BadInvite:
                return problem(403, NEEDS_INVITE[asked.language])
        if person is None:
            return problem(401, NEEDS_INVITE[asked.language])
        response = JSONResponse({"person_id": person.id, "role": person.role, "name": person.name})
        response.set_cookie(
            cookie_name(person.role), self._sessions.cookie_of(person.id), max_age=SESSION_SECONDS, path="/chat",
            httponly=True, samesite="strict", secure=self._is_https or request.url.scheme == "https",
        )  # fmt: skip
        return response

    def _may_enter(self, asked: SessionRequest, request: Request) -> bool:
        """Whether this address hasn't brought too many newcomers, or tried too many invites."""
        pace = self._invite_tries if asked.invite else self._newcomers
        address = neighbourhood(request.client.host if request.client else "")
        return pace.take(address, self._clock.now())

    async def _enter(self, asked: SessionRequest, request: Request) -> PersonRecord | None:
        if asked.role == "customer":
            person = await self._people.welcome_customer(channel="web", language=asked.language)
        elif asked.invite:
            person = await self._people.join(code=asked.invite, role=asked.role, channel="web", language=asked.language)
        elif asked.demo and self._allows_demo(request):
            code = await self._people.invite(asked.role)
            person = await self._people.join(code=code, role=asked.role, channel="web", language=asked.language)
        else:
            return None
        await self._dialogue.receive(person.id, f"hello-{person.id}", Said(action="hello"))
        self._answering.start(person.id)
        return person

    async def _socket(self, socket: WebSocket, role: str = "customer", after: int = 0) -> None:
        allowed = is_same_origin(socket.headers.get("origin"), socket.headers.get("host"))
        person = await known(role, socket.cookies, self._sessions, self._people) if allowed and role in ROLES else None
        await socket.accept()
        if person is None:
            await socket.close(POLICY_VIOLATION)
            return
        if self._hub.count(person.id) >= MOST_SOCKETS:
            await socket.close(TRY_AGAIN_LATER)
            return
        phone = PhoneSocket(
            socket, person, self._dialogue, self._answering, self._log, self._hub, self._clock, self._people,
            self._talk_pace,
        )  # fmt: skip
        await phone.run(after)


def is_same_origin(origin: str | None, host: str | None) -> bool:
    """Whether a browser's request comes from our own page. Programs send no Origin, and have no cookies to steal."""
    return origin is None or origin.partition("://")[2] == host


def too_many(language: str) -> JSONResponse:
    """429, with when to come back."""
    answer = problem(429, TOO_MANY[language])
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def problem(status: int, body: dict[str, str]) -> JSONResponse:
    """An error as RFC 9457 has it."""
    return JSONResponse({"status": status, **body}, status_code=status, media_type="application/problem+json")
