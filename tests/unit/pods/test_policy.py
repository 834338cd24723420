"""What the policy file says, and how a mistake in it is named."""

from __future__ import annotations

import pytest

from pods.policy import InvalidPolicy, Kind, Policy, Role, parse, policy_hash

WHOLE = """
zone = "Europe/Berlin"

[roles]
default = "none"
viewer = { groups = ["S0VIEWERS"] }

[roles.operator]
users = ["U012AB3CD", "W012AB3CD"]

[roles.admin]
users = ["U0ADMIN00"]
groups = ["S0ADMINS0"]

[direct]
ceiling = "Admin"

[[channel]]
id = "C012AB3CD"
ceiling = "operator"

[[channel]]
id = "G012AB3CD"
ceiling = "none"

[[route]]
channel = "C012AB3CD"
kinds = ["losses", "cost"]
filter = ["nlp-*"]

[poll]
every_s = 45
"""


def test_every_setting_is_read() -> None:
    policy = parse(WHOLE)
    assert policy.zone == "Europe/Berlin"
    assert policy.tz.key == "Europe/Berlin"
    assert policy.roles.default is Role.NONE
    assert policy.roles.groups == {"S0VIEWERS", "S0ADMINS0"}
    assert policy.roles.holders(Role.OPERATOR).users == ("U012AB3CD", "W012AB3CD")
    assert policy.roles.holders(Role.ADMIN).groups == ("S0ADMINS0",)
    assert policy.roles.holders(Role.NONE).users == ()
    assert policy.direct.ceiling is Role.ADMIN
    assert [(each.id, each.ceiling) for each in policy.channel] == [
        ("C012AB3CD", Role.OPERATOR),
        ("G012AB3CD", Role.NONE),
    ]
    assert policy.route[0].kinds == (Kind.LOSSES, Kind.COST)
    assert policy.route[0].filter == ("nlp-*",)
    assert policy.poll.every_s == 45


def test_an_empty_file_gives_nobody_more_than_reading() -> None:
    policy = parse("")
    assert policy == Policy()
    assert policy.roles.default is Role.VIEWER
    assert policy.channels_for(Role.OPERATOR) == ()


MISTAKES: list[tuple[str, str, str, str]] = [
    # text, key, value, what to write
    ('[roles]\ndefault = "boss"', "`roles.default`", "'boss'", '"viewer", "operator", "admin" or "none"'),
    ("[roles]\ndefault = 3", "`roles.default`", "3", '"viewer", "operator", "admin" or "none"'),
    ("[roles]\ndefault = true", "`roles.default`", "True", '"viewer", "operator", "admin" or "none"'),
    ("[direct]\nceiling = []", "`direct.ceiling`", "[]", '"viewer", "operator", "admin" or "none"'),
    ("roles = 3", "`roles`", "3", "must be a table"),
    ('[roles.admin]\nusers = "U012AB3CD"', "`roles.admin.users`", "'U012AB3CD'", "must be a list"),
    ("[roles.admin]\nusers = [3]", "`roles.admin.users.0`", "3", "must be text"),
    ('[roles.admin]\nusers = ["@ann"]', "`roles.admin.users.0`", "'@ann'", "a Slack user id such as U012AB3CD"),
    ('[roles.admin]\nusers = ["S012AB3CD"]', "`roles.admin.users.0`", "'S012AB3CD'", "a Slack user id"),
    ('[roles.viewer]\ngroups = ["U012AB3CD"]', "`roles.viewer.groups.0`", "'U012AB3CD'", "a Slack user group id"),
    ('[[channel]]\nid = "#ml"\nceiling = "admin"', "`channel.0.id`", "'#ml'", "a Slack channel id such as C012AB3CD"),
    ('[[channel]]\nid = "C012AB3CD"', "`channel.0.ceiling`", "missing", "add it"),
    ('[channel]\nid = "C012AB3CD"', "`channel`", "C012AB3CD", "must be a list"),
    (
        '[[channel]]\nid = "C012AB3CD"\nceiling = "admin"\n[[channel]]\nid = "C012AB3CD"\nceiling = "viewer"',
        "`channel`",
        "lists C012AB3CD twice",
        "keep one entry",
    ),
    ('[[route]]\nchannel = "ml"\nkinds = []', "`route.0.channel`", "'ml'", "a Slack channel id"),
    ('[[route]]\nchannel = "C012AB3CD"\nkinds = ["news"]', "`route.0.kinds.0`", "'news'", "'losses'"),
    ('zone = "Mars/Olympus"', "`zone`", "'Mars/Olympus'", 'an IANA zone name such as "Europe/Berlin"'),
    ("zone = 5", "`zone`", "5", "must be text"),
    ("[poll]\nevery_s = 9", "`poll.every_s`", "9", "greater than or equal to 10"),
    ("[poll]\nevery_s = 601", "`poll.every_s`", "601", "less than or equal to 600"),
    ("[rates]\ncontainer_disk = -1", "`rates.container_disk`", "-1", "an amount in USD of 0 or more"),
    ('[rates]\nnetwork_volume = "free"', "`rates.network_volume`", "'free'", "an amount in USD of 0 or more"),
    ('[summary]\nat = "nine"', "`summary.at`", "'nine'", 'a time of day, such as "09:00"'),
    ('[summary]\nweekly_on = "someday"', "`summary.weekly_on`", "'someday'", 'a day of the week, such as "monday"'),
    ('[summary]\nchannels = ["#money"]', "`summary.channels.0`", "'#money'", "a Slack channel id"),
    ('[summary]\npersonal = ["@ann"]', "`summary.personal.0`", "'@ann'", "a Slack user id"),
    ('colour = "blue"', "`colour`", "not a setting I know", "remove it or correct its spelling"),
    ("[poll]\nevry_s = 30", "`poll.evry_s`", "not a setting I know", "remove it or correct its spelling"),
]


@pytest.mark.parametrize(("text", "key", "value", "fix"), MISTAKES)
def test_a_mistake_is_named_by_key_value_and_what_to_write(text: str, key: str, value: str, fix: str) -> None:
    with pytest.raises(InvalidPolicy) as raised:
        parse(text)
    for part in (key, value, fix):
        assert part in raised.value.sentence
        assert part in raised.value.detail


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(InvalidPolicy) as raised:
        parse('zone = "Mars"\n[poll]\nevery_s = 1\n[roles]\ndefault = "boss"')
    assert all(key in raised.value.sentence for key in ("`zone`", "`poll.every_s`", "`roles.default`"))


def test_what_is_not_toml_is_told_with_its_line() -> None:
    with pytest.raises(InvalidPolicy, match="line 2") as raised:
        parse('zone = "UTC"\nroles = = 3')
    assert raised.value.sentence.startswith("The policy is not valid TOML")


def test_two_texts_have_two_hashes() -> None:
    assert policy_hash(WHOLE) == policy_hash(WHOLE)
    assert policy_hash(WHOLE) != policy_hash(WHOLE + " ")


def test_a_role_has_the_word_it_is_written_with() -> None:
    assert [role.word for role in Role] == ["none", "viewer", "operator", "admin"]
