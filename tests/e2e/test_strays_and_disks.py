"""Whose is this, and what stopped disks cost: asked once, answered by a button, resolved once."""

from __future__ import annotations

import pytest

from pods.fleet import OwnerKind
from sim.runpod.seeds import PodSeed, Seed
from sim.runpod.state import Persistent
from tests.e2e.inline import ALICE, BOB, CARA, DAVE, Bot
from tests.e2e.seen import Post

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
NEW = PodSeed(id="new123", name="mystery", gpu="NVIDIA A40", made_ago=60, started_ago=60)
OLD = PodSeed(
    id="old123",
    name="archive",
    gpu="NVIDIA A40",
    made_ago=9 * DAY,
    started_ago=2 * HOUR,
    stopped_ago=60,
    persistent=Persistent(50, "/workspace"),
)


def route(bot: Bot) -> None:
    """Send what is told of idle pods to the channel."""
    room = bot.slack.workspace.channel("gpu-pods").id
    text = f'{bot.policy_path.read_text()}[[route]]\nchannel = "{room}"\nkinds = ["idle"]\n'
    bot.policy_path.write_text(text)
    bot.loop.publish_policy(bot.clock.now())


def after(bot: Bot, seconds: float) -> None:
    bot.clock.advance(max(0, seconds - MINUTE))
    bot.pass_time(min(seconds, MINUTE), step=20)


@pytest.fixture
def mystery(bot: Bot) -> Bot:
    bot.reseed(Seed(pod_seeds=(NEW,)))
    route(bot)
    return bot


def question(bot: Bot) -> Post:
    (post,) = [post for post in bot.posts() if post.thread_ts in {None, post.ts} and post.metadata is not None]
    return post


def test_a_new_pod_without_an_owner_is_asked_about_once(mystery: Bot) -> None:
    after(mystery, 5 * MINUTE)
    assert mystery.posts() == []
    after(mystery, 6 * MINUTE)
    assert question(mystery).text.startswith("Whose is this? `mystery` (`new123`) costs $0.44/h and is 1")
    assert "I ask the admins. I do not stop it for this." in question(mystery).text
    after(mystery, 8 * HOUR)
    assert len(mystery.posts()) == 1


@pytest.mark.parametrize(
    ("label", "kind", "says"),
    [
        ("Mine", OwnerKind.PERSON, "is <@U0BOB>'s, said by <@U0BOB>"),
        ("The team's", OwnerKind.TEAM, "is the team's, said by <@U0BOB>"),
        ("Expected", None, "is expected, said by <@U0BOB>"),
    ],
)
def test_an_answer_resolves_the_question_for_good(mystery: Bot, label: str, kind: OwnerKind | None, says: str) -> None:
    after(mystery, 11 * MINUTE)
    asked = question(mystery).ts
    mystery.press(label)
    after(mystery, MINUTE)
    assert question(mystery).ts == asked
    assert says in question(mystery).text
    owner = mystery.store.fleet.facts_of("new123").owner
    assert (owner.kind if owner else None) is kind
    after(mystery, 2 * DAY)
    assert len(mystery.posts()) == 1


def test_the_first_answer_counts_and_viewers_have_none(mystery: Bot) -> None:
    after(mystery, 11 * MINUTE)
    place = mystery.button("Mine", DAVE)
    mystery.press("Mine", user=CARA)
    assert "viewer" in mystery.everything_told(CARA)[-1]
    mystery.press("Expected", user=BOB)
    mystery.forge_click(DAVE, *place)
    mystery.settle()
    assert "Somebody was faster" in mystery.everything_told(DAVE)[-1]
    assert mystery.store.fleet.facts_of("new123").owner is None


def test_nobody_answering_for_a_day_asks_the_admins_in_the_thread(mystery: Bot) -> None:
    after(mystery, 11 * MINUTE)
    after(mystery, DAY + 2 * MINUTE)
    (louder,) = [post for post in mystery.posts() if post.thread_ts not in {None, post.ts}]
    assert louder.text.startswith(f"<@{ALICE}>: for 24 h")
    assert "nobody has said whose `mystery` (`new123`) is" in louder.text
    assert louder.thread_ts == question(mystery).ts
    assert "Asked louder since" in question(mystery).text
    after(mystery, 3 * DAY)
    assert len(mystery.posts()) == 2


def test_a_claim_by_command_or_the_pods_end_resolves_it_too(mystery: Bot) -> None:
    after(mystery, 11 * MINUTE)
    mystery.exec("/pod claim new123")
    after(mystery, MINUTE)
    assert "is <@U0BOB>'s" in question(mystery).text


def test_a_pod_that_is_gone_is_asked_about_no_more(mystery: Bot) -> None:
    after(mystery, 11 * MINUTE)
    mystery.runpod.world.pods.pop("new123")
    after(mystery, 3 * MINUTE)
    assert "is gone, and nobody said whose it was" in question(mystery).text


def test_only_a_few_questions_stand_at_once(bot: Bot) -> None:
    seeds = tuple(
        PodSeed(id=f"new{n:03}", name=f"mystery-{n}", gpu="NVIDIA A40", made_ago=HOUR, started_ago=HOUR)
        for n in range(9)
    )
    bot.reseed(Seed(pod_seeds=seeds))
    route(bot)
    after(bot, MINUTE)
    assert len(bot.posts()) == 5
    bot.press("Expected")
    after(bot, MINUTE)
    assert len(bot.posts()) == 6


def test_without_a_route_nobody_is_asked(bot: Bot) -> None:
    bot.reseed(Seed(pod_seeds=(NEW,)))
    after(bot, 2 * DAY)
    assert bot.posts() == []


@pytest.fixture
def archive(bot: Bot) -> Bot:
    bot.reseed(Seed(pod_seeds=(OLD,)))
    bot.own("old123", BOB)
    bot.tick()
    return bot


def told(bot: Bot) -> list[str]:
    return [text for text in bot.everything_told(BOB) if "archive" in text]


def test_the_owner_is_told_after_three_days_and_asked_to_terminate_after_two_weeks(archive: Bot) -> None:
    after(archive, 3 * DAY - HOUR)
    assert told(archive) == []
    after(archive, 2 * HOUR)
    assert "`archive` (`old123`) has been stopped for 3 d" in told(archive)[-1]
    assert "50 GB volume disk goes on costing $10.00 a month, $1.0" in told(archive)[-1]
    assert "Nothing is terminated unless you do it" in told(archive)[-1]
    after(archive, 12 * DAY)
    assert any(text.startswith("Terminate `archive` (`old123`)?") for text in told(archive))
    after(archive, 40 * DAY)
    assert archive.effects("terminate") == []
    direct = archive.slack.workspace.dm_of(BOB).id
    assert len(archive.slack.messages(direct)) == 2


def test_keep_says_so_and_silences_the_offer(archive: Bot) -> None:
    after(archive, 3 * DAY + HOUR)
    archive.press("Keep 30 days")
    assert any("I do not ask about `archive` (`old123`)'s disk until" in text for text in told(archive))
    assert "stays as it is" in told(archive)[-1]
    after(archive, 20 * DAY)
    assert not any(text.startswith("Terminate `archive`") for text in told(archive))
    kept = archive.store.kept.all()
    assert [record.by for record in kept.values()] == [BOB]


def test_terminate_asks_first_and_start_ends_the_question(archive: Bot) -> None:
    after(archive, 3 * DAY + HOUR)
    direct = archive.slack.workspace.dm_of(BOB).id
    archive.press("Start", channel=direct)
    after(archive, 2 * MINUTE)
    assert any("was started again; this is over" in text for text in told(archive))


def test_a_disk_that_costs_next_to_nothing_is_not_worth_a_message(bot: Bot) -> None:
    tiny = PodSeed(id="tin123", name="tiny", gpu="NVIDIA A40", stopped_ago=60, persistent=Persistent(2, "/workspace"))
    bot.reseed(Seed(pod_seeds=(tiny,)))
    bot.own("tin123", BOB)
    after(bot, 30 * DAY)
    assert not any("tiny" in text for text in bot.everything_told(BOB))
