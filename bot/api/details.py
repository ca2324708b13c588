"""Reservations with the address and the note that only the bot keeps."""

from collections.abc import Sequence
from typing import Any

from bot.api.answers import (
    ReservationOnMyPage,
    ReservationOut,
    cancellation_out,
    job_on_my_page,
    payment_out,
)
from bot.ports import DetailsApart
from bot.records import Details
from services.mypage.view import ReservationView
from services.reservation.model import Reservation
from services.shared_kernel.ids import Ids


class DetailsBook:
    """Keeps details under ids that say nothing, and joins them back into what callers read."""

    def __init__(self, store: DetailsApart, ids: Ids) -> None:
        self._store = store
        self._ids = ids

    async def keep(self, *, customer_id: str, address: str, note: str | None) -> Details:
        """With the id they are kept under."""
        details = Details(id=self._ids.new(), person_id=customer_id, address=address, phone="", note=note or "")
        await self._store.keep(details)
        return details

    async def with_details(self, reservation: Reservation, details: Details | None = None) -> ReservationOut:
        """The aggregate in JSON; its details are looked up unless they are at hand."""
        visit = reservation.visit
        if details is None or details.id != visit.details_id:
            details = (await self._store.of([visit.details_id])).get(visit.details_id)
        return ReservationOut(
            id=reservation.id,
            version=reservation.version,
            status=reservation.status.value,
            customer_id=reservation.customer_id,
            service=visit.service,
            size_pyeong=visit.size_pyeong,
            add_ons=list(visit.add_ons),
            area=visit.area,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            price_krw=reservation.price_krw,
            hold_expires_at=reservation.hold_expires_at,
            payment_state=reservation.payment_state.value,
            payment=payment_out(reservation.paid),
            cancellation=cancellation_out(reservation),
            **_told(details),
        )

    async def on_my_page(self, views: Sequence[ReservationView]) -> list[ReservationOnMyPage]:
        """Rows of my page in JSON."""
        found = await self._store.of({view.details_id for view in views})
        return [_on_my_page(view, found.get(view.details_id)) for view in views]


def _on_my_page(view: ReservationView, details: Details | None) -> ReservationOnMyPage:
    return ReservationOnMyPage.model_validate(
        {
            "id": view.id,
            "version": view.version,
            "status": view.status,
            "customer_id": view.customer_id,
            "service": view.service,
            "size_pyeong": view.size_pyeong,
            "add_ons": list(view.add_ons),
            "area": view.area,
            "starts_at": view.starts_at,
            "ends_at": view.ends_at,
            "price_krw": view.price_krw,
            "hold_expires_at": view.hold_expires_at,
            "payment_state": view.payment_state,
            "payment": payment_out(view.payment),
            "job": job_on_my_page(view.job),
            "cancellation": cancellation_out(view),
            **_told(details),
        }
    )


def _told(details: Details | None) -> dict[str, Any]:
    if details is None:
        return {"address": None, "note": None}
    return {"address": details.address, "note": details.note or None}
