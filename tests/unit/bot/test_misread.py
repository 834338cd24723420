from __future__ import annotations

import pytest

from bot.commands.catalog import REGISTRY
from bot.misread import Kind
from bot.registry import Registry
from tests.unit.bot.every_kind import EVERY_KIND, misunderstood, understood


@pytest.mark.parametrize("typed", ["", "  ", "?", "/pod", "<@U0BOT>", "please", "``", '"', "\u200b", "<@U0BOT>: /pod"])
def test_nothing_said_is_answered_with_examples(typed: str) -> None:
    problem = misunderstood(typed, REGISTRY)
    assert problem.kind is Kind.EMPTY
    assert problem.sentence.startswith("Say what to do, for example `/pod list`")


@pytest.mark.parametrize(
    ("typed", "suggestions"),
    [
        ("stpo abc123 def456", ("stop abc123 def456",)),
        ("delte abc123", ("terminate abc123",)),
        ("lst", ("list",)),
        ("staus", ("status", "start")),
        ("abc123 stop", ("stop abc123",)),
        ("give_ to", ("give",)),
        ("xyzzy abc123", ()),
        ("sp", ()),
    ],
)
def test_an_unknown_verb_is_named_with_what_may_have_been_meant(typed: str, suggestions: tuple[str, ...]) -> None:
    problem = misunderstood(typed, REGISTRY)
    assert problem.kind is Kind.UNKNOWN_VERB
    assert problem.suggestions == suggestions
    assert problem.sentence.startswith(f"I do not know `{typed.split(maxsplit=1)[0]}`.")
    assert all(f"`/pod {suggestion}`" in problem.sentence for suggestion in suggestions)
    assert problem.sentence.endswith("`/pod help` lists what I can do.")


@pytest.mark.parametrize(
    ("typed", "word", "suggestions"),
    [
        ("list nlp", "nlp", ()),
        ("list runing", "runing", ("list running",)),
        ("list --minee", "--minee", ("list mine",)),
        ("stop abc123 size=x", "size=x", ()),
        ("stop abc123 --force", "--force", ()),
        ("whoami abc123", "abc123", ()),
        ("health <@U1>", "&lt;@U1&gt;", ()),
        ("help stpo", "stpo", ("help stop",)),
    ],
)
def test_a_word_the_command_does_not_take_is_named(typed: str, word: str, suggestions: tuple[str, ...]) -> None:
    problem = misunderstood(typed, REGISTRY)
    assert problem.kind is Kind.UNKNOWN_WORD
    assert f"does not take `{word}`." in problem.sentence
    assert problem.suggestions == suggestions
    assert problem.command is not None
    assert f"`{REGISTRY.usage(problem.command)}`" in problem.sentence


def test_an_option_is_never_skipped_and_a_keyword_nearly_right_is_suggested() -> None:
    assert misunderstood("keep abc123 --unitl 18:00").suggestions == ("keep until",)


@pytest.mark.parametrize(
    ("registry", "typed", "arg", "value", "completed"),
    [
        (REGISTRY, "stop", "pod", "abc123", "stop abc123"),
        (REGISTRY, "stop the pods", "pod", "abc123", "stop abc123"),
        (REGISTRY, "status share", "pod", "abc123", "status abc123 share"),
        (REGISTRY, "give <@U1|bob>", "pod", "abc123", "give abc123 <@U1>"),
        (REGISTRY, "give abc123", "to", "<@U1>", "give abc123 <@U1>"),
        (REGISTRY, "give abc123 to", "to", "<@U1>", "give abc123 <@U1>"),
        (EVERY_KIND, "keep for 4h name=x", "pod", "abc123", "keep abc123 for 4h name=x"),
        (EVERY_KIND, "keep abc123 until", "until", "2026-11-24 18:00", "keep abc123 until 2026-11-24 18:00"),
        (EVERY_KIND, "note", "text", "hello", "note &quot;hello&quot;"),
    ],
)
def test_what_is_missing_can_be_asked_for_and_completed(
    registry: Registry, typed: str, arg: str, value: str, completed: str
) -> None:
    problem = misunderstood(typed, registry)
    assert problem.kind is Kind.MISSING
    assert problem.arg is not None
    assert problem.arg.name == arg
    assert understood(problem.completed(value), registry).canonical == completed.replace("&quot;", '"')


@pytest.mark.parametrize(
    ("typed", "arg", "expected"),
    [
        ("keep abc123 for soon", "for", "a time span with its unit"),
        ("keep abc123 for 90", "for", "a time span with its unit"),
        ("keep abc123 until soon", "until", "a time to come"),
        ("keep abc123 until today 9:00", "until", "already past"),
        ("keep abc123 until 2028-01-01 9:00", "until", "more than a year"),
        ("keep abc123 max=lots", "max", "a number"),
        ("keep abc123 cloud=mine", "cloud", "`secure` or `community`"),
        ("keep abc123 gpu=fast", "gpu", "`h100`"),
        ("keep abc123 by=bob", "by", "type `@`"),
        ("keep abc123 @bob", "by", "type `@`"),
        ("keep abc123 <!subteam^S1|@ml>", "by", "type `@`"),
        ("keep abc123 <#C1|general>", "by", "type `@`"),
        ("keep abc123 name=<@U1>", "name", "one word"),
        ('keep abc123 name=""', "name", "one word"),
        ("keep abc123 force=no", "force", "`force`"),
        ("show <@U1>", "pod", "a pod's id or name"),
        ("show @bob", "pod", "a pod's id or name"),
        ("show <!channel>", "pod", "a pod's id or name"),
        ('show ""', "pod", "a pod's id or name"),
        ("find state=gone", "state", "`running`"),
        ("find since=never", "since", "a time to come"),
    ],
)
def test_a_value_that_cannot_be_read_says_what_can(typed: str, arg: str, expected: str) -> None:
    problem = misunderstood(typed)
    assert problem.kind is Kind.BAD_VALUE
    assert problem.arg is not None
    assert problem.arg.name == arg
    assert expected in problem.sentence
    assert "For example `/pod " in problem.sentence


@pytest.mark.parametrize(
    ("typed", "registry", "arg"),
    [
        ("give abc123 def456 <@U1>", REGISTRY, "pod"),
        ("give abc123 <@U1> <@U2>", REGISTRY, "to"),
        ("list h100 a40", REGISTRY, "gpu"),
        ("keep abc123 for 4h for 5h", EVERY_KIND, "for"),
        ("show abc123 small big", EVERY_KIND, "size"),
        ("explain one two", EVERY_KIND, "topic"),
    ],
)
def test_two_values_where_one_goes_are_not_guessed_between(typed: str, registry: Registry, arg: str) -> None:
    problem = misunderstood(typed, registry)
    assert problem.kind is Kind.TOO_MANY
    assert problem.arg is not None
    assert problem.arg.name == arg


@pytest.mark.parametrize(
    "typed", ["&lt;!channel&gt;", "<!channel>x", "*bold* <!everyone>", "list &lt;!channel&gt;", "give x &lt;!here&gt;y"]
)
def test_what_was_typed_comes_back_inert(typed: str) -> None:
    for registry in (REGISTRY, EVERY_KIND):
        assert "<" not in misunderstood(typed, registry).sentence


def test_a_person_in_a_suggestion_is_kept_and_in_an_example_is_a_name_to_pick() -> None:
    problem = misunderstood("gvie abc123 <@U1|bob>", REGISTRY)
    assert problem.suggestions == ("give abc123 <@U1>",)
    assert "`/pod give abc123 <@U1>`" in problem.sentence
    assert "for example `/pod give abc123 @name`." in misunderstood("give", REGISTRY).sentence
