"""Acks, help with finding a pod, people and health."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from bot.views import acks, answers, repeated
from bot.views.answers import GraphqlState, HealthReport
from pods.access import Person, Refusal, Why
from pods.errors import NotRecorded, ServerFault
from pods.messages import Content
from pods.model import Gpu, Verb
from pods.operations import Code, OperationState
from pods.policy import Role
from tests.unit.views.samples import (
    ADMIN,
    ASKER,
    CHANNEL,
    NOW,
    OWNER,
    TZ,
    ago,
    ended,
    networked,
    operation,
    owned,
    pod,
    request,
    stopped,
    waiting,
)


def _acks() -> Iterator[tuple[str, Content]]:
    one = [("nlp-train", "abc123")]
    many = [(f"worker-{n}", f"pod{n:03}") for n in range(7)]
    yield "ack-on-it", acks.on_it(Verb.STOP, one)
    yield "ack-on-it-many", acks.on_it(Verb.STOP, many)
    yield "ack-owner-asked", acks.owner_asked(Verb.STOP, one, [OWNER])
    going = operation(Verb.STOP, accepted_at=ago(seconds=40), by=OWNER)
    asked = request(created_at=ago(seconds=8))
    yield "ack-already-running", acks.already_running(asked, [going], NOW)
    yield "ack-already-waiting", acks.already_running(asked, waiting(Verb.STOP, pod(), gates=())[1], NOW)
    yield "ack-already-ended", acks.already_running(asked, [ended(Verb.STOP, Code.DONE)], NOW)
    yield "ack-busy", acks.busy(Verb.RESTART, [going], NOW)
    held = going.model_copy(update={"state": OperationState.WAITING})
    yield "ack-busy-waiting", acks.busy(Verb.RESTART, [held], NOW)
    yield "ack-busy-many", acks.busy(Verb.RESTART, [going] * 7, NOW)
    yield "ack-too-late", acks.too_late(2.4)
    yield "ack-own-fault", acks.own_fault("7K2QXM", recorded=False)
    yield "ack-own-fault-recorded", acks.own_fault("7K2QXM", recorded=True)
    yield "ack-store-down", acks.store_down()
    yield "ack-not-recorded", acks.not_recorded(NotRecorded("timed out"))
    yield "ack-foreign", acks.foreign()
    yield "ack-looking-again", acks.looking_again()
    yield "ack-forgotten", acks.forgotten()
    yield "ack-changed-meanwhile", acks.changed_meanwhile()
    yield "repeated", repeated(acks.on_it(Verb.STOP, one))


def _finding() -> Iterator[tuple[str, Content]]:
    twins = [pod(name="train"), stopped(id="def456", name="train", gpu=Gpu(id="NVIDIA A40", count=1))]
    yield "which-one", answers.which_one("train", twins, Verb.STOP, 7)
    yield "which-one-status", answers.which_one("train", twins, None, 7)
    yield "which-one-of-many", answers.which_one("pod", [pod(id=f"pod{n:03}") for n in range(8)], Verb.START, 7)
    yield "no-such-pod", answers.no_such_pod("nlp-trian", [pod()], ago(seconds=11), NOW)
    yield "no-such-pod-no-idea", answers.no_such_pod("zzz", [], ago(seconds=11), NOW)
    yield "no-such-pod-never-listed", answers.no_such_pod("zzz", [], None, NOW)
    yield "picker", answers.picker("stop", "/pod stop POD...")
    yield "misunderstood", answers.misunderstood("I do not know `stpo`.", ["stop"], "")
    wire = "`stop` does not take `now`. It is typed so: `/pod stop POD...`"
    yield "misunderstood-usage", answers.misunderstood(wire, [], "/pod stop POD...")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A command as help reads it."""

    verb: str
    aliases: tuple[str, ...] = ()
    summary: str
    help: str
    examples: tuple[str, ...]
    role: Role
    usage: str


STOP: Final = Declared(
    verb="stop",
    aliases=("halt", "down"),
    summary="Stop a pod; its GPU is released.",
    help="What is on its volume disk is kept and costs on; what is on its container disk is gone.",
    examples=("stop abc123", "stop nlp-train"),
    role=Role.OPERATOR,
    usage="/pod stop POD...",
)
WHOAMI: Final = Declared(
    verb="whoami",
    summary="Who you are to me.",
    help="Shows your role, here and elsewhere, and your pods.",
    examples=("whoami",),
    role=Role.VIEWER,
    usage="/pod whoami",
)


def _help() -> Iterator[tuple[str, Content]]:
    yield "help-all", answers.help_all([STOP, WHOAMI])
    yield "help-stop", answers.help_one(STOP)
    yield "help-whoami", answers.help_one(WHOAMI)


def _people() -> Iterator[tuple[str, Content]]:
    yield "refused-role", answers.refused(_refusal(Why.ROLE, has=Role.VIEWER, who=(ADMIN, OWNER)), "stop", CHANNEL)
    yield "refused-role-nobody", answers.refused(_refusal(Why.ROLE, has=Role.NONE), "stop", CHANNEL)
    elsewhere = _refusal(Why.CHANNEL, has=Role.VIEWER, who=(ADMIN,), channels=("C0GPU", "C0OPS"))
    yield "refused-channel", answers.refused(elsewhere, "stop", CHANNEL)
    yield "refused-owner", answers.refused(_refusal(Why.OWNER, has=Role.OPERATOR, who=(OWNER,)), "stop", CHANNEL)
    person = Person(team="T0TEAM", user=ASKER, role=Role.OPERATOR)
    here = {"channel": CHANNEL, "zone": "Europe/Berlin"}
    yield "whoami", answers.whoami(person, ceiling=Role.ADMIN, pods=[pod(), stopped(id="old888", name="old")], **here)
    yield "whoami-limited", answers.whoami(person, ceiling=Role.VIEWER, pods=[], **here)
    yield "claimed", answers.claimed([pod()])
    yield "claimed-many", answers.claimed([pod(), networked()])
    yield "given", answers.given([pod()], by=ASKER, to=OWNER)
    yield "owned-by", answers.owned_by(pod(), OWNER)
    facts = {"net333": owned("net333", OWNER)}
    yield "one-owner-at-a-time", answers.one_owner_at_a_time(Verb.STOP, [pod(), networked()], facts)
    yield "owner-set", answers.owner_set(pod(), owned("abc123", OWNER))
    yield "owner-set-team", answers.owner_set(pod(), owned("abc123", None))


def _refusal(why: Why, *, has: Role, who: tuple[str, ...] = (), channels: tuple[str, ...] = ()) -> Refusal:
    return Refusal(why=why, needed=Role.OPERATOR, has=has, who=who, channels=channels)


def _health() -> Iterator[tuple[str, Content]]:
    alive = ago(seconds=4)
    well = HealthReport(
        redis_ok=True,
        queues={"act": 0, "watch": 1, "report": 0, "deliver": 2},
        pods=6,
        fleet_listed_at=ago(seconds=11),
        graphql=GraphqlState.ON,
        quotas={"minute": 112, "hour": None},
        clock_at=alive,
        workers={"act": alive, "watch": alive, "deliver": alive},
        policy_hash="9f86d081884c",
    )
    yield "health-well", answers.health(well, now=NOW, tz=TZ)
    ill = replace(
        well,
        queues={"act": 212},
        fleet_listed_at=ago(minutes=54),
        runpod_failing_since=ago(minutes=53),
        trouble=ServerFault.sentence_default,
        graphql=GraphqlState.RETIRED,
        quotas={"minute": 3},
        clock_at=ago(minutes=2),
        workers={"act": ago(minutes=7), "watch": None, "deliver": alive},
        policy_refused="`zone` is 'Mars': must be an IANA zone name such as \"Europe/Berlin\".",
        roles_stale_since=ago(hours=2),
        roles_trouble="Slack did not answer.",
    )
    yield "health-ill", answers.health(ill, now=NOW, tz=TZ)
    yield "health-store-down", answers.health(HealthReport(redis_ok=False), now=NOW, tz=TZ)
    yield "health-new", answers.health(HealthReport(redis_ok=True), now=NOW, tz=TZ)


KINDS: Final = (
    _acks,
    _help,
    _finding,
    _people,
    _health,
)
