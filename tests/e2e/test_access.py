"""Command x role x ceiling x owner: what each person reads, and whether anything happens at RunPod."""

from __future__ import annotations

import itertools

import pytest

from bot.commands.catalog import REGISTRY
from pods.policy import Role
from tests.e2e.inline import ALICE, BOB, CARA, DAVE, Bot

EVE = "U0EVE"
PEOPLE = {Role.NONE: EVE, Role.VIEWER: CARA, Role.OPERATOR: BOB, Role.ADMIN: ALICE}
CEILINGS = (Role.VIEWER, Role.OPERATOR, Role.ADMIN)
OWNERS = {"nobody": None, "own": "self", "another": DAVE}
TYPED = {
    "list": "list",
    "status": "status abc123",
    "help": "help",
    "whoami": "whoami",
    "health": "health",
    "start": "start p4v9td",
    "stop": "stop abc123",
    "restart": "restart abc123",
    "terminate": "terminate abc123",
    "claim": "claim abc123",
    "give": "give abc123 <@U0CARA>",
    "audit": "audit",
    "connect": "connect abc123",
    "logs": "logs abc123",
    "presets": "presets",
    "gpus": "gpus h100",
    "volumes": "volumes",
    "templates": "templates",
    "rename": "rename abc123 to nlp-2",
    "lock": "lock abc123",
    "unlock": "unlock abc123",
}
ROLES = {command.verb: command.role for command in REGISTRY.all()}
#: Whose the pod is makes no difference to these.
READS = {command.verb for command in REGISTRY.all() if not command.changes_pod}


def test_the_table_knows_every_command() -> None:
    assert set(TYPED) == {command.verb for command in REGISTRY.all()}


def expected(verb: str, role: Role, ceiling: Role, owner: str) -> str:
    """Refused | asked (the owner or the requester, first) | done."""
    needed = ROLES[verb]
    if role < needed or ceiling < needed:
        return "refused"
    if verb in READS:
        return "done"
    if owner == "another" and min(role, ceiling) is not Role.ADMIN:
        return "refused" if verb in {"claim", "give"} else "asked"
    return "asked" if verb == "terminate" else "done"


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("ceiling", CEILINGS, ids=lambda role: f"channel-{role.word}")
@pytest.mark.parametrize("role", PEOPLE, ids=lambda role: role.word)
def test_every_command_by_role_ceiling_and_owner(bot: Bot, role: Role, ceiling: Role, owner: str) -> None:
    bot.set_ceiling(ceiling)
    user = PEOPLE[role]
    for verb, typed in TYPED.items():
        if verb in READS and owner != "nobody":
            continue
        bot.start_over()
        bot.runpod.world.pods["abc123"].locked = verb == "unlock"
        for pod in ("abc123", "p4v9td"):
            if OWNERS[owner]:
                bot.own(pod, user if owner == "own" else DAVE)
        outcome = outcome_of(bot, verb, typed, user)
        assert outcome == expected(verb, role, ceiling, owner), (verb, role.word, ceiling.word, owner)


def outcome_of(bot: Bot, verb: str, typed: str, user: str) -> str:
    answer = bot.ask(typed, user)
    if "nothing was done" in answer.lower() and not bot.effects() and not bot.waiting():
        return "refused"
    bot.tick()
    if bot.waiting():
        assert bot.effects() == []
        return "asked"
    if verb not in READS | {"claim", "give"}:
        bot.settle()
        assert len(bot.effects()) == 1
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


def test_the_product_covers_every_combination() -> None:
    assert len(list(itertools.product(PEOPLE, CEILINGS, OWNERS))) == 36
