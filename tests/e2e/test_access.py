"""Command x role x ceiling x owner: what each person reads, and whether anything happens at RunPod."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bot.commands.catalog import REGISTRY
from pods.audit import Event
from pods.policy import Role
from tests.e2e.inline import ALICE, BOB, CARA, DAVE, Bot

EVE = "U0EVE"
PEOPLE = {Role.NONE: EVE, Role.VIEWER: CARA, Role.OPERATOR: BOB, Role.ADMIN: ALICE}
CEILINGS = (Role.VIEWER, Role.OPERATOR, Role.ADMIN)
OWNERS = {"nobody": None, "own": "self", "another": DAVE}
PRESET = """
[[preset]]
name = "notebook"
image = "runpod/pytorch:1.0"
gpus = ["NVIDIA A40"]
"""


@dataclass(frozen=True)
class Row:
    """A command as typed, and what comes of it for whoever has the role here."""

    typed: str
    #: On a pod that is one's own or nobody's: done at once, or asked first.
    own: str = "done"
    #: On another's pod, for an operator: refused, or asked of that owner.
    another: str = ""
    #: Whether RunPod is called.
    effect: bool = False
    #: What the policy asks beyond the command's own role.
    needs: Role = Role.NONE


ACTS = {
    "start": Row("start p4v9td", another="asked", effect=True),
    "stop": Row("stop abc123", another="asked", effect=True),
    "restart": Row("restart abc123", another="asked", effect=True),
    "terminate": Row("terminate abc123", own="asked", another="asked", effect=True),
    "rename": Row("rename abc123 to nlp-2", another="asked", effect=True),
    "lock": Row("lock abc123", another="asked", effect=True),
    "unlock": Row("unlock abc123", another="asked", effect=True),
    "claim": Row("claim abc123", another="refused"),
    "give": Row("give abc123 <@U0CARA>", another="refused"),
    "create": Row("create notebook", own="asked"),
    "keep": Row("keep abc123 for 4h", another="refused"),
    "snooze": Row("snooze abc123 4h", another="refused"),
    "lease": Row("lease abc123 4h", another="refused"),
    "release": Row("release abc123", another="refused"),
    "schedule": Row("schedule abc123 stop 19:00", another="refused"),
    "heartbeat": Row("heartbeat abc123", another="refused"),
    "protect": Row("protect abc123", another="refused"),
    "unprotect": Row("unprotect abc123", another="refused"),
    "training": Row("training abc123", another="refused"),
    # A pod uses it, so nothing comes of it.
    "delete-volume": Row("delete-volume vol8kq2x1c", needs=Role.ADMIN),
}
READS = {
    "list": "list",
    "status": "status abc123",
    "help": "help",
    "whoami": "whoami",
    "health": "health",
    "audit": "audit",
    "connect": "connect abc123",
    "logs": "logs abc123",
    "presets": "presets",
    "gpus": "gpus h100",
    "volumes": "volumes",
    "templates": "templates",
    "watch": "watch",
    "why": "why abc123",
    "shadow": "shadow",
    "oncall": "oncall",
    "incidents": "incidents",
    "balance": "balance",
    "cost": "cost",
    "budget": "budget",
    "sweep": "sweep",
}
ROLES = {command.verb: command.role for command in REGISTRY.all()}


def test_the_table_knows_every_command() -> None:
    assert set(ACTS) | set(READS) == {command.verb for command in REGISTRY.all()}


@pytest.mark.parametrize("ceiling", CEILINGS, ids=lambda role: f"channel-{role.word}")
@pytest.mark.parametrize("role", PEOPLE, ids=lambda role: role.word)
def test_whoever_may_look_reads_whosever_the_pod_is(bot: Bot, role: Role, ceiling: Role) -> None:
    bot.set_ceiling(ceiling)
    for verb, typed in READS.items():
        refused = "nothing was done" in bot.ask(typed, PEOPLE[role]).lower()
        assert refused is (min(role, ceiling) < ROLES[verb]), verb
    assert bot.effects() == []


@pytest.mark.long
@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("ceiling", CEILINGS, ids=lambda role: f"channel-{role.word}")
@pytest.mark.parametrize("role", PEOPLE, ids=lambda role: role.word)
def test_every_act_by_role_ceiling_and_owner(bot: Bot, role: Role, ceiling: Role, owner: str) -> None:
    bot.set_ceiling(ceiling)
    bot.add_policy(PRESET)
    user = PEOPLE[role]
    bot.remember()
    for verb, row in ACTS.items():
        bot.go_back()
        bot.runpod.world.pods["abc123"].locked = verb == "unlock"
        for pod in ("abc123", "p4v9td"):
            if OWNERS[owner]:
                bot.own(pod, user if owner == "own" else DAVE)
        assert outcome_of(bot, row, user) == expected(verb, role, ceiling, owner), verb


def expected(verb: str, role: Role, ceiling: Role, owner: str) -> str:
    """Refused | asked (the owner or the requester, first) | done."""
    may, row = min(role, ceiling), ACTS[verb]
    if may < max(ROLES[verb], row.needs):
        return "refused"
    if owner == "another" and may is not Role.ADMIN and row.another:
        return row.another
    return row.own


def outcome_of(bot: Bot, row: Row, user: str) -> str:
    bot.ask(row.typed, user)
    refused = any(entry.event is Event.REFUSED for entry in bot.audited())
    bot.tick()
    if refused:
        assert not bot.effects()
        assert not bot.waiting()
        return "refused"
    if bot.waiting():
        assert bot.effects() == []
        return "asked"
    bot.settle()
    assert len(bot.effects()) == int(row.effect)
    return "done"


def test_a_refusal_for_the_role_names_who_can_help(bot: Bot) -> None:
    refusal = bot.exec("/pod stop abc123", user=CARA).private[0]

    assert "operator" in refusal
    assert f"<@{ALICE}>" in refusal
    assert bot.effects() == []


def test_a_refusal_for_the_channel_names_where_it_works(bot: Bot) -> None:
    refusal = bot.exec("/pod stop abc123", channel="general").private[0]

    assert f"<#{bot.slack.workspace.channel('gpu-pods').id}>" in refusal
    assert bot.effects() == []


def test_refusals_are_audited(bot: Bot) -> None:
    bot.exec("/pod stop abc123", user=CARA)

    assert any(entry.event == "refused" and entry.by == CARA for entry in bot.audited())


def test_every_step_of_a_stop_is_audited(bot: Bot) -> None:
    bot.exec("/pod stop abc123")

    events = [entry.event.value for entry in bot.audited()]
    assert events == ["accepted", "called", "ended"]
    assert bot.audited()[-1].runpod_request
    assert bot.audited()[-1].pod_id == "abc123"


def test_another_workspace_is_refused_and_audited(bot: Bot) -> None:
    answer = bot.ask("stop abc123", BOB, team="T0OTHER")

    assert "one workspace" in answer
    assert bot.effects() == []
    assert any(entry.event == "foreign" for entry in bot.audited())


def test_a_role_lost_between_the_question_and_the_yes_counts(bot: Bot) -> None:
    bot.exec("/pod terminate abc123")
    bot.policy_path.write_text(bot.policy_path.read_text().replace('"U0BOB", ', ""))
    bot.pass_time(6)
    bot.press("Terminate")

    assert bot.effects() == []


def test_a_channel_the_policy_does_not_name_is_for_viewers(bot: Bot) -> None:
    assert "mine" in bot.exec("/pod help list", channel="general").private[0]
    bot.exec("/pod stop abc123", channel="general")

    assert bot.effects() == []
