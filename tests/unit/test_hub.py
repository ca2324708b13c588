"""Who is woken by what."""

from bot.channels.hub import Hub


def test_news_wakes_whoever_sends_on_and_a_notice_only_who_reads_the_log() -> None:
    hub, sent_on = Hub(), list[str]()
    hub.on_any = lambda: sent_on.append("looked")
    with hub.listening("p1") as mine, hub.listening("p2") as other:
        hub.tell_of_notice("p1")
        assert (mine.is_set(), other.is_set(), sent_on) == (True, False, [])
        mine.clear()
        hub.tell("p1")
        assert (mine.is_set(), other.is_set(), sent_on) == (True, False, ["looked"])
