"""Notices from another process end in the person's log, once; personal details go only to who may ask."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from bot.records import Details
from services.notification.adapters.bot_client import BotClient, MessageLogSender
from services.notification.ports import Accepted, Advertising, PersonDetails
from services.shared_kernel.card import Button, Card, Item
from ssak3.gateways import BotDirectory
from tests.support.doors import Doors, open_doors

pytestmark = pytest.mark.asyncio

CARD = Card(
    text="금요일 오후 2시", title="예약이 확정됐어요", notice=True, items=(Item(name="업체", value="OO클린"),),
    buttons=(Button(label="내 예약", action="my"),), quick_replies=(Button(label="처음으로", action="home"),),
)  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    async with open_doors(tmp_path_factory.mktemp("doors")) as opened:
        yield opened


def client_of(doors: Doors, token: str | None = None) -> BotClient:
    return BotClient(doors.world.session, doors.url, token or doors.world.ssak3.outside.api_token)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_notice_is_there_once_as_it_was_drawn(doors: Doors):
    customer = await doors.world.customer()
    sender = MessageLogSender("web", client_of(doors))
    for _ in range(2):
        assert await sender.send("delivery-1", customer.id, CARD) == Accepted()
    assert [message.card for message in await customer.log() if message.card.notice] == [CARD]


@pytest.mark.asyncio(loop_scope="module")
async def test_personal_details(doors: Doors):
    ssak3 = doors.world.ssak3
    customer = await doors.world.customer()
    await ssak3.people.rename(customer.id, "김민지")
    async with ssak3.bot_work() as work:
        await work.details.add(
            Details(id="d/1", person_id=customer.id, address="OO로 12", phone="", note="고양이가 있어요")
        )
    for directory in (client_of(doors), BotDirectory(ssak3.notices, ssak3.bot_work)):
        found = await directory.of(customer.id, "d/1")
        assert found == PersonDetails(name="김민지", address="OO로 12", note="고양이가 있어요")
        assert await directory.of(customer.id, None) == PersonDetails(name="김민지")
        assert await directory.of("nobody", "none") == PersonDetails()


@pytest.mark.asyncio(loop_scope="module")
async def test_consent_to_advertising_as_it_is_now(doors: Doors):
    ssak3, customer = doors.world.ssak3, await doors.world.customer()
    for directory in (client_of(doors), BotDirectory(ssak3.notices, ssak3.bot_work)):
        for day, night in ((False, False), (True, False), (True, True)):
            await ssak3.people.set_consent(customer.id, day=day, night=night)
            assert await directory.takes_advertising(customer.id) == Advertising(day=day, night=night)
        assert await directory.takes_advertising("nobody") == Advertising(day=False, night=False)


@pytest.mark.asyncio(loop_scope="module")
async def test_who_has_no_token_learns_nothing_and_writes_nothing(doors: Doors):
    customer = await doors.world.customer()
    stranger = client_of(doors, "another")
    with pytest.raises(aiohttp.ClientResponseError) as refused:
        await stranger.of(customer.id, None)
    assert refused.value.status == 401
    with pytest.raises(aiohttp.ClientResponseError):
        await stranger.takes_advertising(customer.id)
    with pytest.raises(aiohttp.ClientResponseError):
        await stranger.append(delivery_id="delivery-2", person_id=customer.id, card=CARD)
    assert not [message for message in await customer.log() if message.card.notice]


@pytest.mark.asyncio(loop_scope="module")
async def test_nonsense_is_refused(doors: Doors):
    token = doors.world.ssak3.outside.api_token
    answer = await doors.client.post(
        "/internal/deliveries",
        json=[{"delivery_id": "x", "person_id": "", "card": {"text": 5}}],
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 422
