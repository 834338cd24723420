"""What is read for everybody now and then: roles, time zones, the account."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pods.catalog import Part
from pods.errors import ChatError, NeedsGraphql, NeedsRest, Retired, TimedOut
from pods.fleet import Owner, OwnerKind, PodFacts
from pods.model import Account, Cloud, GpuType
from pods.offers import NetworkVolume
from pods.policy import Role
from pods.times import to_ms
from tests.unit.pods.builders import NOON, at
from tests.unit.workers.world import World
from workers.report import learn_names, read_account, read_catalog, refresh_person, refresh_roles

GROUPS = """
[roles]
default = "none"
[roles.admin]
groups = ["S0ADMINS1"]
[roles.operator]
groups = ["S0OPERAT1"]
users = ["U99"]
"""


def role(world: World, user: str) -> Role:
    return world.store.people.person("T1", user, world.clock.now()).role


def in_groups(world: World) -> None:
    world.store.people.publish(GROUPS, world.clock.now())
    world.chat.groups = {"S0ADMINS1": ("U1",), "S0OPERAT1": ("U1", "U2")}


# -- roles


def test_members_hold_the_highest_role_their_groups_give(world: World) -> None:
    in_groups(world)
    refresh_roles("1")
    assert [role(world, user) for user in ("U1", "U2", "U3", "U99")] == [
        Role.ADMIN,
        Role.OPERATOR,
        Role.NONE,
        Role.OPERATOR,
    ]
    holders = world.store.people.holders()
    assert (holders.admins, holders.operators) == (("U1",), ("U99", "U1", "U2"))


def test_who_left_a_group_has_no_role_by_it_after_the_next_reading(world: World) -> None:
    in_groups(world)
    refresh_roles("1")
    world.chat.groups["S0ADMINS1"] = ()
    refresh_roles("2")
    assert role(world, "U1") is Role.OPERATOR


def test_groups_that_could_not_be_read_for_a_day_count_for_nothing(world: World) -> None:
    in_groups(world)
    refresh_roles("1")
    world.chat.fails = {"group_members": [ChatError(code="unreachable")]}
    world.clock.at = at(24 * 3600 - 1)
    refresh_roles("2")
    assert role(world, "U1") is Role.ADMIN
    world.clock.at = at(24 * 3600)
    assert [role(world, user) for user in ("U1", "U99")] == [Role.NONE, Role.OPERATOR]


def test_slack_is_not_asked_when_no_group_carries_a_role(world: World) -> None:
    refresh_roles("1")
    assert world.chat.asked == []
    assert world.store.people.groups() is None


# -- time zones


def test_a_person_s_time_zone_is_kept_for_a_day(world: World) -> None:
    world.chat.zones = {"U1": "Asia/Tokyo"}
    refresh_person("U1")
    assert world.store.people.zone("U1") == "Asia/Tokyo"
    assert 0 < world.store.client.ttl(world.store.keys.person("U1")) <= 24 * 3600


def test_a_person_s_name_is_kept_for_where_a_mention_cannot_stand(world: World) -> None:
    world.chat.names = {"U1": "ann"}
    refresh_person("U1")
    refresh_person("U2")
    assert world.store.people.names(["U1", "U2", "U1"]) == {"U1": "ann"}


def test_owners_names_are_learned_once(world: World) -> None:
    world.chat.names = {"U1": "ann"}
    for pod_id, user in (("a", "U1"), ("b", "U1"), ("c", "U2")):
        owner = Owner(kind=OwnerKind.PERSON, user=user, since=world.clock.now(), by=user)
        facts = PodFacts(pod_id=pod_id, owner=owner)
        world.store.client.hset(world.store.keys.facts, pod_id, facts.model_dump_json())
    learn_names("1")
    learn_names("2")
    assert world.store.people.names(["U1", "U2"]) == {"U1": "ann"}
    assert [each["where"] for each in world.chat.asked] == ["U1", "U2", "U2"]


@pytest.mark.parametrize("zone", ["Mars/Olympus", ""])
def test_a_zone_nobody_knows_is_not_kept(world: World, zone: str) -> None:
    world.chat.zones = {"U1": zone}
    refresh_person("U1")
    refresh_person("U2")
    assert world.store.people.zone("U1") is world.store.people.zone("U2") is None


def test_a_person_slack_does_not_tell_of_keeps_the_zone_known(world: World) -> None:
    world.chat.zones = {"U1": "Asia/Tokyo"}
    refresh_person("U1")
    world.chat.fails = {"profile": [ChatError(code="user_not_found")]}
    refresh_person("U1")
    assert world.store.people.zone("U1") == "Asia/Tokyo"


# -- the account


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        pytest.param(
            Account(email=None, balance=Decimal("12.50"), spend_per_hour=Decimal("0.10")),
            {"state": "on", "balance": "12.50", "burn": "0.10"},
            id="it answers",
        ),
        pytest.param(
            Account(email=None, balance=None, spend_per_hour=None),
            {"state": "on", "balance": None, "burn": None},
            id="it does not say",
        ),
        pytest.param(Retired(), {"state": "retired"}, id="switched off there"),
        pytest.param(NeedsGraphql(), {"state": "off"}, id="switched off here"),
        pytest.param(
            TimedOut("read"), {"state": "unknown", "trouble": TimedOut.sentence_default}, id="it does not answer"
        ),
    ],
)
def test_health_is_told_what_graphql_said_of_the_account(world: World, answer: Any, told: dict[str, object]) -> None:
    world.runpod.account_answer = answer
    read_account("1")
    assert world.store.clockwork.reports() == {"graphql": {"at": to_ms(NOON), **told}}


# -- the catalog


def h100() -> GpuType:
    return GpuType(
        id="NVIDIA H100 80GB HBM3",
        name="H100 SXM",
        memory_gb=80,
        secure=True,
        community=True,
        price_secure=Decimal("3.29"),
        price_community=Decimal("2.69"),
        availability="LOW",
    )


def test_every_part_of_the_catalog_is_read_with_its_time(world: World) -> None:
    world.runpod.offers = {Part.GPU_TYPES: (h100(),), Part.NETWORK_VOLUMES: (volume := _volume(),)}

    read_catalog("1")

    catalog = world.store.catalog.load()
    assert catalog.gpu_types == (h100(),)
    assert catalog.community == (h100().model_copy(update={"cloud": Cloud.COMMUNITY}),)
    assert catalog.network_volumes == (volume,)
    assert {part: catalog.read_at(part) for part in Part} == dict.fromkeys(Part, NOON)


def _volume() -> NetworkVolume:
    return NetworkVolume(id="v1", name="data", size_gb=10, data_center="EU-RO-1")


def test_a_part_that_cannot_be_read_keeps_what_it_was_and_holds_up_no_other(world: World) -> None:
    world.runpod.offers = {Part.GPU_TYPES: (h100(),)}
    read_catalog("1")
    world.clock.advance(300)
    world.runpod.offers = {Part.GPU_TYPES: TimedOut(), Part.CPU_TYPES: NeedsRest(), Part.TEMPLATES: ()}

    read_catalog("2")

    catalog = world.store.catalog.load()
    assert catalog.gpu_types == (h100(),)
    assert catalog.read_at() == NOON
    assert catalog.read_at(Part.TEMPLATES) == at(300)
    assert catalog.troubles == {
        Part.GPU_TYPES: TimedOut.sentence_default,
        Part.COMMUNITY: TimedOut.sentence_default,
        Part.CPU_TYPES: NeedsRest.sentence_default,
    }


def test_the_catalog_goes_on_from_a_trouble_that_ended(world: World) -> None:
    world.runpod.offers = {Part.GPU_TYPES: TimedOut()}
    read_catalog("1")
    world.runpod.offers = {Part.GPU_TYPES: (h100(),)}

    read_catalog("2")

    assert world.store.catalog.load().troubles == {}
