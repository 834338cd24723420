"""A small idle fleet under a quick ladder, and hands to answer it with."""

from __future__ import annotations

from typing import Any

from pods.spells import Spell
from sim.runpod.seeds import HOUR, PodSeed, Seed
from sim.runpod.state import Load, Persistent
from sim.slack import Place
from tests.e2e.inline import BOB, Bot
from tests.e2e.seen import Post

POD, WORKER, HELD = "f6j1bs", "abc123", "w3n8ze"
FLEET = Seed(
    pod_seeds=(
        PodSeed(
            id=POD,
            name="notebook-eva",
            gpu="NVIDIA A40",
            started_ago=7 * HOUR,
            persistent=Persistent(20, "/workspace"),
            load=Load.IDLE,
        ),
        PodSeed(id=WORKER, name="nlp-train", gpu="NVIDIA A40", started_ago=7 * HOUR, load=Load.BUSY),
    )
)
#: Minutes: judged over 5, nudged at 10, again at 15, warned at 20, stopped at 25.
QUICK = """
[[route]]
channel = "C0GPUPODS"
kinds = ["idle"]
[idle]
window_min = 5
warm_up_min = 0
max_gap_s = 90
fresh_s = 61
[ladder]
shadow_days = 0
nudge_after_min = 10
again_after_min = 5
warn_after_min = 5
countdown_min = 5
[strays]
ask = false
[storage]
ask = false
"""


def follow(bot: Bot, more: str) -> None:
    """The policy with these tables more."""
    text = bot.policy_path.read_text().replace("[[channel]]", f"{more}\n[[channel]]", 1)
    bot.policy_path.write_text(text)
    bot.store.people.publish(text, bot.clock.now())


def begin(bot: Bot, policy: str = QUICK, seed: Seed = FLEET) -> Bot:
    """Bob's notebook idles, another pod works."""
    follow(bot, policy)
    bot.reseed(seed)
    bot.own(POD, BOB)
    return bot


def wait(bot: Bot, minutes: float) -> None:
    bot.pass_time(minutes * 60, step=30)


def spell(bot: Bot, pod: str = POD) -> Spell | None:
    record = bot.store.spells.get(pod)
    return record.current if record else None


def direct(bot: Bot, user: str = BOB) -> list[Post]:
    return bot.posts(bot.slack.workspace.dm_of(user).id)


def status(bot: Bot, pod: str = POD) -> str:
    return bot.runpod.world.pods[pod].status.value


def stops(bot: Bot, pod: str = POD) -> int:
    return sum(call["pod"] == pod for call in bot.effects("stop"))


def press_in(bot: Bot, post: Post, channel: str, label: str, *, user: str = BOB, choice: str | None = None) -> None:
    """Press a button, or choose from a menu, of the message as it stands now."""
    for block in post.blocks:
        for element in block.get("elements", []):
            shown = element.get("text") or element.get("placeholder") or {}
            if not isinstance(shown, dict) or shown.get("text") != label:
                continue
            place = Place(
                block_id=block["block_id"], action_id=element["action_id"], channel=channel, message_ts=post.ts
            )
            given: dict[str, Any] = {}
            if choice is not None:
                given["selected_option"] = next(o for o in element["options"] if o["text"]["text"] == choice)
            bot.slack.act(user, place, **given)
            bot.settle()
            return
    raise AssertionError(f"no {label!r} in {post.text}")


def answer(bot: Bot, label: str, *, user: str = BOB, choice: str | None = None) -> None:
    """Answer Bob's direct message about his notebook."""
    press_in(bot, direct(bot)[0], bot.slack.workspace.dm_of(BOB).id, label, user=user, choice=choice)


def open_view(bot: Bot, user: str = BOB) -> dict[str, Any]:
    views = [event["view"] for event in bot.slack.seen(user) if "view" in event]
    view: dict[str, Any] = views[-1]
    return view


def fill_in(bot: Bot, values: dict[str, dict[str, Any]], user: str = BOB) -> Any:
    """Submit the modal that stands open; values by block."""
    view = open_view(bot, user)
    elements = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
    filled = {block: {elements[block]["action_id"]: value} for block, value in values.items()}
    outcome = bot.slack.submit(user, view["id"], filled)
    bot.settle()
    return outcome
