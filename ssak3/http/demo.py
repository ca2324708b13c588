"""What only the demo serves: its switches, its live line, and the way to the sandbox provider."""

import json
from datetime import timedelta

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from bot.channels.web.router import is_same_origin
from ssak3.composition import Ssak3
from ssak3.http.forward import Forward
from ssak3.http.front_door import is_local
from ssak3.live import LiveFeed
from ssak3.system import DemoClock


class Paused(BaseModel):
    """Whether notifications wait."""

    paused: bool


class Step(BaseModel):
    """How far to put the clock forward."""

    minutes: int = Field(ge=1, le=31 * 24 * 60)


class DemoSwitches:
    """For the page on this machine, and for programs on it; never for other pages."""

    def __init__(self, ssak3: Ssak3, proxy: Forward) -> None:
        self._ssak3 = ssak3
        self._proxy = proxy
        self._mode = "normal"
        self.feed = LiveFeed(ssak3.clock, self.state)
        ssak3.observers.listeners.append(self.feed.observe)

    async def state(self) -> dict[str, object]:
        """What the strip above the phones shows."""
        depths = await self._ssak3.queue_depths()
        unheard = sum(count for queue, count in depths.items() if queue == "ssak3.notification")
        return {
            "provider": self._mode,
            "notifications_paused": self._ssak3.switches.notifications_paused,
            "waiting_notifications": unheard + await self._ssak3.notifications.waiting_count(),
            "now": self._ssak3.clock.now().isoformat(),
            "breaker": self._ssak3.provider_breaker.state.replace("-", "_"),
        }

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/demo/state", self._state, methods=["GET"])
        router.add_api_route("/demo/events", self._events, methods=["GET"])
        router.add_api_route("/demo/notifications", self._notifications, methods=["PUT"])
        router.add_api_route("/demo/clock", self._clock, methods=["PUT"])
        router.add_api_route("/sandbox/{path:path}", self._sandbox, methods=["GET", "POST", "PUT"])
        return router

    async def _state(self, request: Request) -> dict[str, object]:
        _only_here(request)
        return await self.state()

    async def _events(self, request: Request) -> Response:
        _only_here(request)
        return StreamingResponse(
            self.feed.stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    async def _notifications(self, wanted: Paused, request: Request) -> dict[str, object]:
        _only_here(request)
        self._ssak3.switches.notifications_paused = wanted.paused
        return await self.state()

    async def _clock(self, step: Step, request: Request) -> dict[str, object]:
        _only_here(request)
        clock = self._ssak3.clock
        if not isinstance(clock, DemoClock):
            raise HTTPException(409, "this clock can't be put forward")
        try:
            clock.put_forward(timedelta(minutes=step.minutes))
        except ValueError as refused:
            raise HTTPException(409, str(refused)) from refused
        return await self.state()

    async def _sandbox(self, path: str, request: Request) -> Response:
        _only_here(request)
        answer = await self._proxy.pass_on(request, path)
        if path == "mode" and answer.status_code == 200:
            self._mode = str(json.loads(bytes(answer.body))["mode"])
        return answer


def _only_here(request: Request) -> None:
    if not is_local(request) or not is_same_origin(request.headers.get("origin"), request.headers.get("host")):
        raise HTTPException(403, "the demo's switches are for this machine only")
