"""What callers look up: the catalogue, free slots, my page."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from bot.api.answers import MyPageOut, SlotsOut, slots_out
from bot.api.bodies import ID_PATTERN, Day
from bot.api.details import DetailsBook
from bot.api.problems import documented, invalid_field
from bot.people import People
from services.mypage.ports import MyPage
from services.reservation.catalogue import Catalogue
from services.reservation.use_cases import ReservationUseCases
from services.shared_kernel.clock import Clock, kst_date
from services.shared_kernel.refusal import NotFound

MOST_ON_A_PAGE = 100


class SizeOut(BaseModel):
    """Price and length for sizes up to and with `up_to_pyeong`."""

    up_to_pyeong: int
    price_krw: int
    hours: int


class NamedOut(BaseModel):
    """Something with a name, in Korean and in English."""

    id: str
    name: str
    name_en: str


class ServiceOut(NamedOut):
    """A kind of cleaning."""

    sizes: list[SizeOut]


class AddOnOut(NamedOut):
    """Something extra for a price."""

    price_krw: int


class CatalogueOut(BaseModel):
    """All that is sold."""

    services: list[ServiceOut]
    areas: list[NamedOut]
    add_ons: list[AddOnOut]


class BrowseRoutes:
    """They change nothing."""

    def __init__(
        self, use_cases: ReservationUseCases, my_page: MyPage, people: People, catalogue: Catalogue, clock: Clock,
        book: DetailsBook,
    ) -> None:  # fmt: skip
        self._use_cases = use_cases
        self._my_page = my_page
        self._people = people
        self._catalogue = catalogue
        self._clock = clock
        self._book = book

    def add_to(self, router: APIRouter) -> None:
        """The routes, with what their documentation says."""
        router.add_api_route(
            "/api/catalog", self.catalogue, methods=["GET"], summary="What is sold",
            response_model=CatalogueOut, responses=documented(), tags=["browse"],
        )  # fmt: skip
        router.add_api_route(
            "/api/slots", self.slots, methods=["GET"], summary="Free slots",
            response_model=SlotsOut, responses=documented(), tags=["browse"],
        )  # fmt: skip
        router.add_api_route(
            "/api/mypage/{customer_id}", self.my_page, methods=["GET"], summary="A customer's reservations",
            response_model=MyPageOut, responses=documented(404), tags=["browse"],
        )  # fmt: skip

    async def catalogue(self) -> CatalogueOut:
        """Services with prices and lengths by size, areas, and add-ons. `name` is Korean."""
        return CatalogueOut(
            services=[
                ServiceOut(
                    id=service.id,
                    name=service.ko,
                    name_en=service.en,
                    sizes=[
                        SizeOut(up_to_pyeong=size.up_to_pyeong, price_krw=size.price_krw, hours=size.hours)
                        for size in service.sizes
                    ],
                )
                for service in self._catalogue.services.values()
            ],
            areas=[NamedOut(id=area.id, name=area.ko, name_en=area.en) for area in self._catalogue.areas.values()],
            add_ons=[
                AddOnOut(id=extra.id, name=extra.ko, name_en=extra.en, price_krw=extra.price_krw)
                for extra in self._catalogue.add_ons.values()
            ],
        )

    async def slots(
        self,
        area: Annotated[str, Query(max_length=40, examples=["mapo"])],
        first: Annotated[Day, Query(alias="from", description="A day in Korea, inclusive.", examples=["2026-11-27"])],
        last: Annotated[Day, Query(alias="to", description="A day in Korea, inclusive.", examples=["2026-11-30"])],
        service: Annotated[str | None, Query(max_length=40, description="With `size_pyeong`.")] = None,
        size_pyeong: Annotated[int | None, Query(ge=1, le=10_000, description="With `service`.")] = None,
    ) -> SlotsOut | Response:
        """When a visit of this service and size could be booked; without them, the shortest visit that is sold."""
        if last < first:
            return invalid_field("to", "is before `from`")
        if (service is None) is not (size_pyeong is None):
            missing = "service" if service is None else "size_pyeong"
            return invalid_field(missing, "is missing: service and size come together, or not at all")
        hours = None
        if service is not None and size_pyeong is not None:
            hours = self._catalogue.service(service).size(size_pyeong).hours
        # Days gone by are never free, and needn't be counted.
        first = max(first, kst_date(self._clock.now()))
        self._catalogue.area(area)
        if last < first:
            return SlotsOut(slots=[])
        free = await self._use_cases.free_starts(area=area, first=first, last=last, hours=hours)
        return SlotsOut(slots=slots_out(list(free)))

    async def my_page(
        self,
        customer_id: str,
        limit: Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE)] = 20,
        after: Annotated[str | None, Query(pattern=ID_PATTERN, description="`next` of the page before.")] = None,
    ) -> MyPageOut:
        """The view, newest first: with payment and job as their own contexts tell them, a moment behind."""
        page = await self._my_page.of_customer(customer_id, limit=limit, after=after)
        if not page.reservations and after is None and await self._people.find(customer_id) is None:
            raise NotFound(customer_id)
        return MyPageOut(reservations=await self._book.on_my_page(page.reservations), as_of=page.as_of, next=page.next)
