"""Who may do what to whose pod where: the whole product."""

from __future__ import annotations

import pytest

from pods.access import Allowed, Decision, Holders, Person, Refusal, Why, decide, role_of
from pods.fleet import Owner, OwnerKind
from pods.policy import Channel, Direct, Policy, Role, RoleHolders, Roles
from tests.unit.pods.builders import NOON

N, V, O, A = Role.NONE, Role.VIEWER, Role.OPERATOR, Role.ADMIN  # noqa: E741
CHANNELS = {N: "C000", V: "C111", O: "C222", A: "C333"}
POLICY = Policy(channel=tuple(Channel(id=name, ceiling=role) for role, name in CHANNELS.items()))
HOLDERS = Holders(admins=("UADMIN",), operators=("UOPER",))
ME, THEM = "U1", "U2"


def person(user: str) -> Owner:
    return Owner(kind=OwnerKind.PERSON, user=user, since=NOON, by=user)


OWNERS: dict[str, Owner | None] = {
    "nobody": None,
    "me": person(ME),
    "them": person(THEM),
    "team": Owner(kind=OwnerKind.TEAM, since=NOON, by=ME),
    # Who gave it to the team does not own it.
    "team, once theirs": Owner(kind=OwnerKind.TEAM, user=THEM, since=NOON, by=THEM),
}

#: role in the workspace -> needed -> channel's ceiling -> what is decided before it matters whose pod it is.
ROLE, CHANNEL, OPERATES, ADMINISTERS = "role", "channel", "operates", "administers"
BY_ROLE_NEEDED_CEILING: dict[Role, dict[Role, tuple[str, str, str, str]]] = {
    #      ceiling: none      viewer    operator  admin
    N: {
        N: (OPERATES, OPERATES, OPERATES, OPERATES),
        V: (ROLE, ROLE, ROLE, ROLE),
        O: (ROLE, ROLE, ROLE, ROLE),
        A: (ROLE, ROLE, ROLE, ROLE),
    },
    V: {
        N: (OPERATES, OPERATES, OPERATES, OPERATES),
        V: (CHANNEL, OPERATES, OPERATES, OPERATES),
        O: (ROLE, ROLE, ROLE, ROLE),
        A: (ROLE, ROLE, ROLE, ROLE),
    },
    O: {
        N: (OPERATES, OPERATES, OPERATES, OPERATES),
        V: (CHANNEL, OPERATES, OPERATES, OPERATES),
        O: (CHANNEL, CHANNEL, OPERATES, OPERATES),
        A: (ROLE, ROLE, ROLE, ROLE),
    },
    A: {
        N: (OPERATES, OPERATES, OPERATES, ADMINISTERS),
        V: (CHANNEL, OPERATES, OPERATES, ADMINISTERS),
        O: (CHANNEL, CHANNEL, OPERATES, ADMINISTERS),
        A: (CHANNEL, CHANNEL, CHANNEL, ADMINISTERS),
    },
}


def expected(role: Role, needed: Role, ceiling: Role, owner: str, *, changes_pod: bool) -> Decision:
    word = BY_ROLE_NEEDED_CEILING[role][needed][ceiling]
    if word == ROLE:
        who = ("UADMIN",) if needed is A else ("UADMIN", "UOPER")
        return Refusal(why=Why.ROLE, needed=needed, has=role, who=who)
    if word == CHANNEL:
        allowing = {V: ("C111", "C222", "C333"), O: ("C222", "C333"), A: ("C333",)}[needed]
        return Refusal(why=Why.CHANNEL, needed=needed, has=ceiling, who=("UADMIN",), channels=allowing)
    if word == OPERATES and owner == "them" and changes_pod:
        return Allowed(consent_of=THEM)
    return Allowed()


@pytest.mark.parametrize("changes_pod", [True, False])
@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("ceiling", Role)
@pytest.mark.parametrize("needed", Role)
@pytest.mark.parametrize("role", Role)
def test_role_then_ceiling_then_owner(role: Role, needed: Role, ceiling: Role, owner: str, changes_pod: bool) -> None:
    decided = decide(
        Person(team="T1", user=ME, role=role),
        needed,
        policy=POLICY,
        channel=CHANNELS[ceiling],
        holders=HOLDERS,
        owner=OWNERS[owner],
        changes_pod=changes_pod,
    )
    assert decided == expected(role, needed, ceiling, owner, changes_pod=changes_pod)


@pytest.mark.parametrize(
    ("channel", "ceiling"),
    [("C222", O), ("C000", N), ("CELSEWHERE", V), ("G999", V), ("D123", A)],
)
def test_the_ceiling_of_a_place(channel: str, ceiling: Role) -> None:
    policy = POLICY.model_copy(update={"direct": Direct(ceiling=A)})
    assert policy.ceiling(channel) is ceiling


def test_direct_messages_are_for_operators_unless_told_otherwise() -> None:
    assert Policy().ceiling("D123") is O


ROLES = Policy(
    roles=Roles(
        default=Role.NONE,
        viewer=RoleHolders(users=("UVIEW",), groups=("SVIEW",)),
        operator=RoleHolders(users=("UBOTH", "UOPER"), groups=("SOPER",)),
        admin=RoleHolders(users=("UBOTH",), groups=("SADMIN",)),
    )
)


@pytest.mark.parametrize(
    ("user", "groups", "role"),
    [
        ("UNOBODY", (), N),
        ("UVIEW", (), V),
        ("UOPER", (), O),
        ("UBOTH", (), A),
        ("UNOBODY", ("SVIEW",), V),
        ("UNOBODY", ("SOPER",), O),
        ("UNOBODY", ("SVIEW", "SADMIN"), A),
        ("UVIEW", ("SOPER",), O),
        ("UOPER", ("SVIEW",), O),
        ("UNOBODY", ("SELSE",), N),
    ],
)
def test_the_highest_role_of_a_name_or_group_counts(user: str, groups: tuple[str, ...], role: Role) -> None:
    assert role_of(user, frozenset(groups), ROLES) is role


def test_everybody_else_is_what_the_policy_says() -> None:
    assert role_of("UNOBODY", frozenset(), Policy()) is V
    assert role_of("UNOBODY", frozenset(), Policy(roles=Roles(default=O))) is O
