"""`/pod create`: from the preset to a pod that is ready, with its price before and every no as a sentence."""

from __future__ import annotations

import pytest

from sim.runpod.state import SimPod
from tests.e2e.inline import ALICE, BOB, CARA, Bot

PRESETS = """
[[preset]]
name = "train"
image = "runpod/pytorch:1.0"
gpus = ["NVIDIA H100 80GB HBM3", "NVIDIA A100 80GB PCIe"]
disk_gb = 50
network_volume = "vol8kq2x1c"
env = { WANDB_API_KEY = "{{ RUNPOD_SECRET_WANDB }}", RUN_NAME = "nlp-large-3" }
max_price_per_hour = 6.5
training = true
lease_h = 12

[[preset]]
name = "notebook"
image = "runpod/pytorch:1.0"
gpus = ["NVIDIA A40"]
volume_gb = 20

[[preset]]
name = "prep"
image = "runpod/base:1"
cpu = { flavor = "cpu5c", vcpus = 8 }

[[preset]]
name = "cheap"
image = "runpod/pytorch:1.0"
gpus = ["a40"]
spot = { bid = 0.30 }

[[preset]]
name = "vip"
image = "runpod/pytorch:1.0"
gpus = ["NVIDIA B200"]
role = "admin"
"""


@pytest.fixture
def shop(bot: Bot) -> Bot:
    """The bot with presets and a catalog that was read."""
    # Before the channels, whose ceiling other tests change at the end of the text.
    text = PRESETS + bot.policy_path.read_text()
    head, _, rest = text.partition("\nzone =")
    text = f"zone ={rest}\n{head}"
    bot.policy_path.write_text(text)
    bot.store.people.publish(text, bot.clock.now())
    bot.pass_time(31, step=10)
    assert bot.store.catalog.load().gpu_types
    return bot


def new(bot: Bot) -> list[SimPod]:
    return [pod for pod in bot.runpod.world.pods.values() if "PODKEEPER_OP" in pod.env]


def make(bot: Bot, text: str, *, user: str = BOB) -> str:
    """Type it and confirm; the dialog's text."""
    heard = bot.exec(f"/pod create {text}", user=user)
    bot.press("Create", user=user)
    return heard.private[0]


def test_the_price_is_shown_before_and_the_pod_is_told_until_it_is_ready(shop: Bot) -> None:
    dialog = make(shop, "notebook name=nb")

    assert "Create `nb`: 1 x `A40` in the secure cloud at $0.44/h?" in dialog
    assert "Price: $0.44/h." in dialog
    assert "to midnight" in dialog
    assert "to Friday midnight" in dialog
    assert "Stopped, its disk then costs $4.00 a month." in dialog
    (pod,) = new(shop)
    assert pod.name.startswith("nb-")
    assert "is created. Costs $0.44/h from now on." in shop.last().text
    shop.pass_time(60)
    assert "is ready: Jupyter answers. Costs $0.44/h." in shop.last().text
    assert "Requested" in shop.last().text
    assert len(shop.posts()) == 1
    assert shop.store.fleet.facts_of(pod.id).preset == "notebook"
    assert shop.store.changes.of(pod.id, pod.created_at)[0].asked_by == BOB


def test_nothing_is_made_without_a_yes(shop: Bot) -> None:
    shop.exec("/pod create notebook")
    shop.press("Cancel")
    assert new(shop) == []

    shop.pass_time(20, step=10)
    shop.exec("/pod create notebook")
    shop.pass_time(310, step=30)
    assert new(shop) == []
    assert shop.posts() == []


def test_everything_a_preset_says_reaches_runpod(shop: Bot) -> None:
    dialog = make(shop, "train")

    assert "If that is not free, in this order: 1 x `A100 80GB PCIe` in the secure cloud, `EU-RO-1`" in dialog
    assert "Network volume `vol8kq2x1c` at `/workspace`, which lives on." in dialog
    assert "Wanted for 12 h; then it is stopped, after a warning." in dialog
    assert "nlp-large-3" not in dialog
    (pod,) = new(shop)
    assert (pod.disk_gb, pod.data_center) == (50, "EU-RO-1")
    assert pod.network is not None
    assert pod.env["RUN_NAME"] == "nlp-large-3"
    assert pod.env["WANDB_API_KEY"] == "{{ RUNPOD_SECRET_WANDB }}"
    facts = shop.store.fleet.facts_of(pod.id)
    protection = shop.store.protections.get(pod.id)
    assert protection is not None
    assert protection.training
    assert facts.owner is not None
    assert facts.owner.user == BOB
    holds = shop.store.holds.get(pod.id)
    assert holds is not None
    assert holds.lease is not None
    assert (holds.lease.until - holds.lease.at).total_seconds() == 12 * 3600


def test_what_is_said_takes_the_place_of_the_presets_word(shop: Bot) -> None:
    make(shop, "notebook gpu=l4 volume=100gb lease 4h name=big")
    (pod,) = new(shop)
    assert pod.gpu_id == "NVIDIA L4"
    assert pod.persistent is not None
    assert pod.persistent.size_gb == 100
    holds = shop.store.holds.get(pod.id)
    assert holds is not None
    assert holds.lease is not None


def test_a_network_volume_may_be_named(shop: Bot) -> None:
    make(shop, "notebook volume=datasets")
    (pod,) = new(shop)
    assert pod.network is not None
    assert (pod.network.volume_id, pod.data_center) == ("vol8kq2x1c", "EU-RO-1")


def test_a_cpu_pod_is_made(shop: Bot) -> None:
    dialog = make(shop, "prep")
    assert "8 vCPU (`cpu5c`) in the secure cloud at $0.32/h" in dialog
    assert "*No volume: everything on it is lost when it stops.*" in dialog
    (pod,) = new(shop)
    assert (pod.cpu_id, pod.vcpu) == ("cpu5c", 8)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("create", "Which one: `/pod create train`"),
        ("create trian", "There is no preset called `trian`. Did you mean `/pod create train`?"),
        ("create notebook gpu=h900", "h900"),
        ("create notebook volume=nosuch", "I know no network volume called nosuch. The account has: datasets."),
        ("create notebook volume=5gb", "at least 10 GB"),
        ("create prep volume=50gb", "A CPU pod has no disk on its host"),
        ("create train gpu=b200", "The preset allows at most $6.50/h, and all of it costs more."),
        ("create vip", "The preset `vip` is for an admin, and here you are an operator."),
    ],
)
def test_what_cannot_be_made_says_why_and_what_to_type_instead(shop: Bot, typed: str, says: str) -> None:
    heard = shop.exec(f"/pod {typed}")
    assert says in heard.private[0]
    assert "Nothing was done." in heard.private[0] or "I take" in heard.private[0]
    assert not shop.waiting()


def test_an_admin_may_have_every_preset_and_a_viewer_none(shop: Bot) -> None:
    make(shop, "vip", user=ALICE)
    assert len(new(shop)) == 1
    assert "needs an operator" in shop.exec("/pod create notebook", user=CARA).private[0]


def test_what_was_taken_away_between_asking_and_calling_is_not_made(shop: Bot) -> None:
    shop.exec("/pod create notebook")
    text = shop.policy_path.read_text().replace('name = "notebook"', 'name = "notebook"\nusers = ["U0ALICE"]')
    shop.policy_path.write_text(text)
    shop.store.people.publish(text, shop.clock.now())
    shop.press("Create")
    assert new(shop) == []
    assert "may no longer do this" in shop.last().text


def test_spot_is_said_to_be_over_where_runpod_gives_none(shop: Bot) -> None:
    dialog = make(shop, "cheap")
    assert "Spot, at most $0.30/h: RunPod may take it away for a higher bid, and has announced" in dialog
    assert new(shop) == []
    assert "no longer offers them" in shop.last().text


def test_spot_is_had_while_runpod_gives_it(shop: Bot) -> None:
    shop.control("settings", spot_offered=True)
    make(shop, "cheap")
    (pod,) = new(shop)
    assert pod.spot
    assert "Spot: RunPod may take it away for a higher bid." in shop.last().text


def test_spot_without_graphql_says_what_it_needs(shop: Bot) -> None:
    shop.use_api("rest")
    shop.pass_time(31, step=10)
    make(shop, "cheap")
    assert new(shop) == []
    assert "GraphQL" in shop.last().text


def test_without_a_key_for_env_values_nothing_is_recorded(shop: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop.sealer, "_box", None)
    heard = shop.exec("/pod create train")
    assert "PODKEEPER_SPEC_KEY" in heard.private[0]
    assert "`RUN_NAME`" in heard.private[0]
    assert not shop.waiting()


def test_asking_twice_makes_one(shop: Bot) -> None:
    shop.exec("/pod create notebook", settle=False)
    shop.exec("/pod create notebook")
    shop.press("Create")
    assert len(new(shop)) == 1


def with_approval(bot: Bot, above: str) -> None:
    text = f'{bot.policy_path.read_text()}\n[approval]\nabove_per_hour = {above}\nrole = "admin"\n'
    bot.policy_path.write_text(text)
    bot.store.people.publish(text, bot.clock.now())


def test_a_dear_pod_waits_for_a_second_person(shop: Bot) -> None:
    with_approval(shop, "0.40")
    shop.exec("/pod create notebook name=nb")
    shop.press("Create")
    assert new(shop) == []
    assert "may <@U0BOB> create `nb` at $0.44/h?" in shop.posts()[0].text

    shop.press("Approve", user=ALICE)
    (pod,) = new(shop)
    assert pod.name.startswith("nb-")
    assert "approved by <@U0ALICE>" in shop.posts()[0].text


def test_a_dear_pod_that_is_declined_is_not_made(shop: Bot) -> None:
    with_approval(shop, "0.40")
    shop.exec("/pod create notebook")
    shop.press("Create")
    shop.press("Decline", user=ALICE)
    assert new(shop) == []
    assert "was not created" in shop.posts()[0].text
    assert "Nothing was done." in shop.posts()[0].text
