"""What calls carry, checked at the edge."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from bot.api.problems import EXAMPLES
from services.shared_kernel.plain_text import is_blank, steers

ID_PATTERN = r"^[A-Za-z0-9_-]{1,36}$"


def _iso_text(value: Any) -> Any:
    # pydantic would take a number for seconds since 1970.
    if not isinstance(value, str) or "T" not in value.upper():
        raise ValueError("a time is ISO 8601 with an offset")
    return value


def _iso_date(value: Any) -> Any:
    if not isinstance(value, str) or len(value) != len("2026-11-27"):
        raise ValueError("a day is ISO 8601: year-month-day")
    return value


def _sensible_year(value: date) -> Any:
    if not 2000 <= value.year < 2200:
        raise ValueError("the year can't be meant")
    return value


def _printable(value: str) -> str:
    value = value.replace("\r\n", "\n")
    if steers(value):
        raise ValueError("it has control characters")
    if value and is_blank(value):
        raise ValueError("there is nothing to see in it")
    return value


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Moment = Annotated[AwareDatetime, BeforeValidator(_iso_text), AfterValidator(_sensible_year)]
Day = Annotated[date, BeforeValidator(_iso_date), AfterValidator(_sensible_year)]
Text = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_printable)]


class Body(BaseModel):
    """Base: a field that nobody knows is a mistake worth telling."""

    model_config = ConfigDict(extra="forbid")


class Pay(Body):
    """How to pay: `card` charges the customer's registered card, at once."""

    method: Literal["card"] = Field(examples=["card"])


class NewReservation(Body):
    """A cleaning to hold a place for and, with `pay`, to pay at once."""

    customer_id: Id = Field(description="Yours to choose; an unknown one is created.", examples=["customer-42"])
    service: str = Field(max_length=40, examples=["home"])
    size_pyeong: int = Field(strict=True, ge=1, le=10_000, description="1 pyeong is 3.3 m².", examples=[24])
    starts_at: Moment = Field(
        description="A full hour that `/api/slots` lists, with an offset.", examples=[EXAMPLES["starts_at"]]
    )
    area: str = Field(max_length=40, examples=["mapo"])
    address: Text = Field(min_length=1, max_length=300, examples=[EXAMPLES["address"]])
    add_ons: list[Annotated[str, StringConstraints(max_length=40)]] = Field(
        default_factory=list, max_length=20, examples=[["fridge"]]
    )
    note: Text | None = Field(default=None, max_length=1000, examples=["There is a cat."])
    pay: Pay | None = Field(default=None, description="Without it, the place is held and waits for payment.")


class CancellationConfirmed(Body):
    """The refund that the customer was shown: another one by now, and nothing is cancelled."""

    expected_refund_krw: int = Field(strict=True, ge=0, examples=[72_000])
    reason: Text = Field(default="customer", min_length=1, max_length=200, examples=["Plans changed"])


class NewTime(Body):
    """Where to move the visit."""

    starts_at: Moment = Field(examples=[EXAMPLES["starts_at"]])


class ByCleaner(Body):
    """Who does it."""

    cleaner_id: Id = Field(examples=[EXAMPLES["cleaner_id"]])
