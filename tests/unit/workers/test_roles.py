"""The members of role groups: kept where Slack does not answer, none where there is no such group."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pods.errors import ChatError, ChatRateLimited
from tests.unit.pods.builders import at
from tests.unit.workers.world import World
from workers.report import refresh_roles

POLICY = """
[roles.admin]
groups = ["S0ADMINS1"]
[roles.operator]
groups = ["S0OPERAT1"]
"""


@pytest.fixture
def members(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...] | ChatError]:
    world.store.people.publish(POLICY, world.clock.now())
    answers: dict[str, tuple[str, ...] | ChatError] = {"S0ADMINS1": ("U1",), "S0OPERAT1": ("U2",)}

    def group_members(group: str) -> Sequence[str]:
        answer = answers[group]
        if isinstance(answer, ChatError):
            raise answer
        return answer

    monkeypatch.setattr(world.chat, "group_members", group_members)
    refresh_roles("1")
    return answers


def test_a_group_that_is_gone_has_no_members_and_holds_up_no_other(
    world: World, members: dict[str, tuple[str, ...] | ChatError]
) -> None:
    members.update({"S0ADMINS1": ChatError(code="no_such_subteam"), "S0OPERAT1": ("U2", "U3")})
    world.clock.at = at(600)
    refresh_roles("2")
    groups = world.store.people.groups()
    assert groups is not None
    assert groups.members == {"S0ADMINS1": (), "S0OPERAT1": ("U2", "U3")}
    assert groups.read_at == at(600)
    assert groups.trouble


@pytest.mark.parametrize("error", [ChatError(code="unreachable"), ChatRateLimited(retry_after_s=1)], ids=repr)
def test_where_slack_does_not_answer_all_stays_as_it_was_read(
    world: World, members: dict[str, tuple[str, ...] | ChatError], error: ChatError
) -> None:
    read_at = world.clock.now()
    members["S0OPERAT1"] = error
    world.clock.at = at(600)
    refresh_roles("2")
    groups = world.store.people.groups()
    assert groups is not None
    assert groups.of("U2") == {"S0OPERAT1"}
    assert groups.read_at == read_at
    assert groups.trouble
