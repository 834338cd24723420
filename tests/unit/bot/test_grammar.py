from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.commands.catalog import REGISTRY
from bot.states import State
from tests.unit.bot.every_kind import understood

NB = "\N{NO-BREAK SPACE}"

FORGIVEN = {
    "plain": "stop abc123 def456",
    "verb in capitals": "STOP abc123 def456",
    "a phone's first capital": "Stop abc123 def456",
    "spaces around and between": "  stop   abc123\tdef456\n",
    "no-break space": f"stop{NB}abc123{NB}def456",
    "narrow and ideographic spaces": "stop\u202fabc123\u3000def456",
    "zero-width characters": "stop \u200babc\u200d123 def456\ufeff",
    "bidi marks": "stop \u2068abc123\u2069 def456",
    "control characters": "stop abc123\x00 def456",
    "commas": "stop abc123, def456",
    "commas without spaces": "stop abc123,def456",
    "an and between": "stop abc123 and def456",
    "filler words": "please stop the pods abc123 def456 please",
    "code ticks": "stop `abc123` `def456`",
    "code ticks round all": "`stop abc123 def456`",
    "straight quotes": "stop \"abc123\" 'def456'",
    "curly quotes": "stop \u201cabc123\u201d \u2018def456\u2019",
    "low and angled quotes": "stop \u201eabc123\u201c \u00abdef456\u00bb",
    "a quote nobody closed": 'stop "abc123 def456',
    "a single quote nobody closed": "stop 'abc123 def456",
    "a quote nobody opened": 'stop abc123 def456"',
    "punctuation after a quote": 'stop "abc123", "def456".',
    "a full stop at the end": "stop abc123 def456.",
    "a question mark": "stop abc123 def456?",
    "a colon after the verb": "stop: abc123 def456",
    "an ellipsis": "stop abc123 def456\N{HORIZONTAL ELLIPSIS}",
    "a dash between": "stop \N{EM DASH} abc123 def456",
    "the slash command again": "/pod stop abc123 def456",
    "a slash before the verb": "/stop abc123 def456",
    "the bot's mention": "<@U0BOT> stop abc123 def456",
    "the bot's mention with label and colon": "<@U0BOT|podkeeper>: stop abc123 def456",
    "mention and slash command": "<@W0BOT> /pod please stop abc123 def456",
    "an auto-link": "stop <http://abc123|abc123> def456",
    "an auto-link without label": "stop <http://abc123> def456",
    "a mail auto-link": "stop <mailto:abc123|abc123> def456",
    "named pods": "stop pods=abc123 def456",
    "an option": "stop --pod abc123 def456",
    "an option with one dash": "stop -pod=abc123 def456",
    "the same pod twice": "stop abc123 def456 abc123",
}


@pytest.mark.parametrize("typed", FORGIVEN.values(), ids=FORGIVEN.keys())
def test_what_clients_and_people_do_to_text_is_forgiven(typed: str) -> None:
    invocation = understood(typed, REGISTRY)
    assert invocation.command.verb == "stop"
    assert invocation.pods == ("abc123", "def456")
    assert invocation.canonical == "stop abc123 def456"


@pytest.mark.parametrize(
    ("typed", "pods"),
    [
        ("stop nlp\N{EN DASH}train", ("nlp-train",)),
        ("stop nlp\N{NON-BREAKING HYPHEN}train", ("nlp-train",)),
        ("stop R&amp;D &lt;x&gt;", ("R&D", "<x>")),
        ('stop "&amp;lt;"', ("&lt;",)),
        ("stop bob's-pod", ("bob's-pod",)),
        ('stop "my  big pod"', ("my  big pod",)),
        ("stop 'the'", ("the",)),
        ('stop "a=b"', ("a=b",)),
        ('stop "@bob"', ("@bob",)),
        ('stop "pod" pod', ("pod",)),
        ("stop <http://abc.de/|abc.de>", ("abc.de",)),
        ('stop "my pod".', ("my pod",)),
        (f'stop "my{NB}pod"', ("my pod",)),
        ("stop a.b_c/d:1", ("a.b_c/d:1",)),
        ("stop share", ("share",)),
    ],
)
def test_names_survive_as_their_owners_wrote_them(typed: str, pods: tuple[str, ...]) -> None:
    invocation = understood(typed, REGISTRY)
    assert invocation.pods == pods
    assert understood(invocation.canonical, REGISTRY) == invocation


@pytest.mark.parametrize("alias", ["rm", "delete", "DESTROY"])
def test_an_alias_is_its_command(alias: str) -> None:
    assert understood(f"{alias} abc123", REGISTRY).canonical == "terminate abc123"


@pytest.mark.parametrize(
    "typed",
    [
        "keep abc123 for 4h",
        "keep for 4h abc123",
        "keep abc123 for=4h",
        "keep abc123 --for 4h",
        "keep abc123 --for=4h",
        "keep abc123 -for 4h",
        "keep abc123 \N{EM DASH}for 4h",
        "keep abc123 \N{EN DASH}for=4h",
        "keep abc123 FOR 4H",
        "keep abc123 for= 4h",
        "keep abc123 for = 4h",
        'keep abc123 for="4h"',
        "keep abc123 for \u201c4h\u201d",
        "keep abc123 for 4 hours",
        "keep abc123 for=4 hours.",
        "keep abc123 for 4h for 4h",
    ],
)
def test_every_way_to_name_a_value(typed: str) -> None:
    invocation = understood(typed)
    assert invocation.one("for", timedelta) == timedelta(hours=4)
    assert invocation.canonical == "keep abc123 for 4h"


@pytest.mark.parametrize(
    ("typed", "name", "value"),
    [
        ("until 18:00", "until", datetime(2026, 11, 23, 17, 0, tzinfo=UTC)),
        ("until tomorrow at 9:00", "until", datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        ("for 1h 30m", "for", timedelta(minutes=90)),
        ("name=nlp", "name", "nlp"),
        ('name="my pod"', "name", "my pod"),
        ("name=Ünder_1", "name", "Ünder_1"),
        ("name a=b", "name", "a=b"),
        ("max 2.50", "max", Decimal("2.50")),
        ("max=$2", "max", Decimal(2)),
        ("cloud Secure", "cloud", "secure"),
        ("force", "force", "force"),
        ("--force", "force", "force"),
        ("tag=a tag=b tag=a", "tag", ("a", "b")),
        ("gpu RTX 4090 gpu=h100", "gpu", ("rtx 4090", "h100")),
        ("<@U1|bob smith>", "by", ("U1",)),
        ("<@U1><@W2>", "by", ("U1", "W2")),
        ("by=<@U1>", "by", ("U1",)),
        ('reason "it, is" ', "reason", "it, is"),
        ('reason it is, "still" busy. for 4h', "reason", "it is, still busy. for 4h"),
        ("reason=<@U1> is busy", "reason", "<@U1> is busy"),
        ("reason=waiting for <@U1|bob>", "reason", "waiting for <@U1>"),
    ],
)
def test_values_arrive_typed(typed: str, name: str, value: object) -> None:
    invocation = understood(f"keep abc123 {typed}")
    assert invocation.pods == ("abc123",)
    assert invocation.values[name] == value
    assert understood(invocation.canonical) == invocation


def test_a_text_may_begin_with_a_person() -> None:
    assert understood("note <@U1|bob> is busy").values == {"text": "<@U1> is busy"}


def test_a_default_stands_where_nothing_was_said() -> None:
    assert understood("keep abc123").values == {"max": Decimal(3)}
    assert understood("keep abc123 max=4").values == {"max": Decimal(4)}


def test_a_value_that_speaks_for_itself_needs_no_name() -> None:
    found = understood("find 2 hours rtx 4090 Exited l40s running")
    assert found.each("state", State) == (State.STOPPED, State.RUNNING)
    assert found.each("gpu", str) == ("rtx 4090", "l40s")
    assert found.one("longer", timedelta) == timedelta(hours=2)
    assert found.canonical == "find stopped running rtx 4090 l40s 2h"


def test_list_takes_its_filters_in_any_order() -> None:
    wanted = {"mine": "mine", "state": State.RUNNING, "gpu": "h100", "owner": "U1"}
    for typed in (
        "list mine running h100 <@U1>",
        "ls <@U1> H100 --running mine",
        "pods h100 owner=<@U1> mine running pods",
    ):
        assert understood(typed, REGISTRY).values == wanted


def test_an_age_is_said_as_people_say_it() -> None:
    for typed in ("list stopped older than 14d", "ls older=14d exited", "list older 2 weeks stopped"):
        assert understood(typed, REGISTRY).values == {"state": State.STOPPED, "older": timedelta(days=14)}


def test_pods_may_be_described_instead_of_named() -> None:
    for typed, wanted in (
        ("stop mine", {"mine": "mine"}),
        ("stop <@U1> running", {"owner": "U1", "state": State.RUNNING}),
        ("terminate stopped older than 14d", {"state": State.STOPPED, "older": timedelta(days=14)}),
        ("stop gpu h100 sxm", {"gpu": "h100 sxm"}),
        ("stop name=nlp-*", {"name": "nlp-*"}),
    ):
        invocation = understood(typed, REGISTRY)
        assert (invocation.pods, dict(invocation.values)) == ((), wanted)
        assert understood(invocation.canonical, REGISTRY).values == wanted
    assert understood("stop nlp-*", REGISTRY).pods == ("nlp-*",)


def test_give_takes_person_and_pod_in_any_order() -> None:
    for typed in ("give abc123 <@U1|bob>", "give <@U1> abc123", "give abc123 to <@U1>", "give the pod abc123 to=<@U1>"):
        invocation = understood(typed, REGISTRY)
        assert (invocation.pods, invocation.values) == (("abc123",), {"to": "U1"})
        assert invocation.canonical == "give abc123 <@U1>"


@pytest.mark.parametrize("typed", ["status abc123 share", "status abc123 --share", "status abc123 Share, please."])
def test_share_as_last_word_of_a_read_makes_it_public(typed: str) -> None:
    invocation = understood(typed, REGISTRY)
    assert (invocation.pods, invocation.share) == (("abc123",), True)
    assert invocation.canonical == "status abc123 share"


def test_share_elsewhere_or_quoted_is_a_pod() -> None:
    for typed in ("status share abc123", 'status abc123 "share"'):
        invocation = understood(typed, REGISTRY)
        assert "share" in invocation.pods
        assert not invocation.share
        assert understood(invocation.canonical, REGISTRY) == invocation


@pytest.mark.parametrize(
    ("typed", "pods"),
    [
        ('show "small" big', ("small",)),
        ('keep "for" "tag"', ("for", "tag")),
        ('keep gpu="4090" ti', ("ti",)),
        ("show f\u00f6r", ("för",)),
    ],
)
def test_quotes_make_a_pod_of_any_word(typed: str, pods: tuple[str, ...]) -> None:
    invocation = understood(typed)
    assert invocation.pods == pods
    assert understood(invocation.canonical) == invocation


def test_a_filler_word_that_the_command_knows_is_meant() -> None:
    assert understood("help pods", REGISTRY).values == {"command": "pods"}


def test_values_of_another_type_are_not_handed_out() -> None:
    invocation = understood("keep abc123 for 4h tag=a")
    assert invocation.one("for", str) is None
    assert invocation.one("until", datetime) is None
    assert invocation.each("tag", timedelta) == ()
    assert invocation.each("for", timedelta) == ()
