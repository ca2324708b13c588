"""The JSON API, put together."""

from fastapi import APIRouter, Security
from fastapi.security import HTTPBearer

from bot.api.browse import BrowseRoutes
from bot.api.details import DetailsBook
from bot.api.gate import Gate
from bot.api.jobs import JobRoutes
from bot.api.refused import Refused
from bot.api.reservations import ReservationRoutes
from bot.idempotency import Idempotency
from bot.people import People
from bot.ports import DetailsApart
from bot.welcoming import Welcoming
from services.cleaning.use_cases import CleaningUseCases
from services.mypage.ports import MyPage
from services.reservation.catalogue import Catalogue
from services.reservation.use_cases import ReservationUseCases
from services.shared_kernel.clock import Clock
from services.shared_kernel.ids import Ids

BEARER = HTTPBearer(auto_error=False, description="`SSAK3_API_TOKEN`; the demo keeps it in `<data>/api_token`.")


def api_router(
    *, reservations: ReservationUseCases, cleaning: CleaningUseCases, my_page: MyPage, people: People,
    welcoming: Welcoming, catalogue: Catalogue, clock: Clock, ids: Ids, idempotency: Idempotency,
    details: DetailsApart, token: str,
) -> APIRouter:  # fmt: skip
    """All of `/api`. An empty token is refused with ValueError: it would let everybody in."""
    if not token:
        raise ValueError("the API needs a token")
    book = DetailsBook(details, ids)
    refused = Refused(book, catalogue)
    gate = Gate(token, idempotency, ids, refused)
    router = APIRouter(route_class=gate.route_class(), dependencies=[Security(BEARER)])
    ReservationRoutes(reservations, welcoming, catalogue, clock, book, refused).add_to(router)
    BrowseRoutes(reservations, my_page, people, catalogue, clock, book).add_to(router)
    JobRoutes(cleaning, people).add_to(router)
    return router
