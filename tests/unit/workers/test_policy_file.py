"""The policy file is in force when it is valid; else the old one stays, and health says why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.typing import EventDict

from pods.jobs import Job
from pods.policy import Role
from tests.unit.workers.clocks import Clocks
from workers.clock import ClockLoop

ADMINS = '[roles]\ndefault = "admin"\n'


def default_role(clocks: Clocks) -> Role:
    return clocks.store.people.policy().roles.default


def refused(clocks: Clocks) -> str:
    published = clocks.store.people.published()
    assert published is not None
    return published.refused


def looked(clocks: Clocks, loop: ClockLoop) -> list[tuple[Job, str]]:
    """After the next look at the file; who is woken to read the groups again."""
    clocks.time.advance(5)
    return [each for each in clocks.woken_by(loop, Job.ROLES) if each[1] == "policy"]


def test_a_changed_policy_is_in_force_and_its_groups_are_read(clocks: Clocks) -> None:
    loop = clocks.named("first")
    assert looked(clocks, loop) == [(Job.ROLES, "policy")]
    assert default_role(clocks) is Role.VIEWER
    assert looked(clocks, loop) == [], "the same file is no news"
    clocks.policy_path.write_text(ADMINS)
    assert looked(clocks, loop) == [(Job.ROLES, "policy")]
    assert (default_role(clocks), refused(clocks)) == (Role.ADMIN, "")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        pytest.param(lambda path: path.write_text("[roles]\ndefault = 7\n"), "`roles.default` is 7", id="wrong"),
        pytest.param(lambda path: path.write_text("[roles"), "is not valid TOML", id="not TOML"),
        pytest.param(Path.unlink, "cannot be read: No such file or directory.", id="gone"),
        pytest.param(
            lambda path: path.write_bytes(b"zone = '\xff'"), "cannot be read: it is not UTF-8 text.", id="not text"
        ),
    ],
)
def test_a_file_that_cannot_be_used_leaves_the_old_policy_in_force_until_it_is_changed_back(
    clocks: Clocks, spoil: Callable[[Path], object], why: str
) -> None:
    loop = clocks.named("first")
    clocks.policy_path.write_text(ADMINS)
    looked(clocks, loop)
    spoil(clocks.policy_path)
    assert looked(clocks, loop) == []
    assert why in refused(clocks)
    assert default_role(clocks) is Role.ADMIN
    clocks.policy_path.write_text(ADMINS)
    looked(clocks, loop)
    assert (default_role(clocks), refused(clocks)) == (Role.ADMIN, "")


def test_a_wrong_file_is_told_of_once_and_anew_when_it_is_wrong_otherwise(
    clocks: Clocks, logged: list[EventDict]
) -> None:
    loop = clocks.named("first")
    for text in ("[roles", "[roles", "zone = 7"):
        clocks.policy_path.write_text(text)
        looked(clocks, loop)
    assert [line["event"] for line in logged].count("policy.refused") == 2


def test_without_any_usable_file_everybody_is_a_viewer_and_health_says_why(clocks: Clocks) -> None:
    clocks.policy_path.unlink()
    looked(clocks, clocks.named("first"))
    assert default_role(clocks) is Role.VIEWER
    assert "cannot be read" in refused(clocks)
