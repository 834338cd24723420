from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from bot.commands.catalog import REGISTRY
from bot.registry import Arg, ArgKind, Command, InvalidCommand, Registry, Visibility
from pods.model import POD_VERBS, Verb
from pods.policy import Role
from tests.unit.bot.every_kind import EVERY_KIND, FIND, KEEP, PODS, command, understood

WORD = Arg(name="topic", kind=ArgKind.WORD, bare=True)


def test_a_command_is_found_by_verb_and_alias_in_any_case() -> None:
    assert EVERY_KIND.lookup("keep") is KEEP
    assert EVERY_KIND.lookup("PODS") is FIND
    assert EVERY_KIND.lookup("nope") is None
    assert EVERY_KIND.all()[:2] == (KEEP, FIND)
    assert {"keep", "find", "pods"} <= set(EVERY_KIND.words)


@pytest.mark.parametrize(
    "made",
    [
        lambda: (command("stop"), command("stop")),
        lambda: (command("stop"), command("end", aliases=("stop",))),
        lambda: (command("end", aliases=("halt", "halt")),),
        lambda: (command("Stop"),),
        lambda: (command("stop all"),),
        lambda: (command(""),),
        lambda: (command("stop", aliases=("HALT",)),),
        lambda: (command("stop", help=""),),
        lambda: (command("stop", summary=""),),
        lambda: (command("stop", examples=()),),
        lambda: (command("stop", role=Role.NONE),),
        lambda: (command("stop", PODS, pod_verb=Verb.STOP),),
        lambda: (command("stop", pod_verb=Verb.STOP, changes_pod=True),),
        lambda: (command("stop", PODS, PODS),),
        lambda: (command("stop", WORD, Arg(name="topic", kind=ArgKind.TIME)),),
        lambda: (command("stop", PODS, WORD),),
        lambda: (command("stop", PODS, Arg(name="until", kind=ArgKind.TIME, bare=True)),),
        lambda: (command("stop", PODS, Arg(name="start", kind=ArgKind.CLOCK, bare=True)),),
        lambda: (command("stop", Arg(name="the", kind=ArgKind.WORD)),),
        lambda: (command("stop", Arg(name="share", kind=ArgKind.WORD)),),
        lambda: (command("stop", Arg(name="Big", kind=ArgKind.WORD)),),
        lambda: (command("stop", Arg(name="size", kind=ArgKind.CHOICE)),),
        lambda: (command("stop", Arg(name="size", kind=ArgKind.WORD, choices=("big",))),),
        lambda: (command("stop", Arg(name="max", kind=ArgKind.NUMBER, required=True, default=Decimal(1))),),
    ],
)
def test_a_declaration_that_contradicts_itself_or_another_is_refused(made: Callable[[], tuple[Command, ...]]) -> None:
    with pytest.raises(InvalidCommand):
        Registry(made())


@pytest.mark.parametrize(
    ("verb", "usage"),
    [
        ("list", "/pod list [mine] [unowned] [STATE] [GPU] [@owner] [name NAME] [older DURATION] [idle] [DURATION]"),
        ("stop", "/pod stop POD... [after checkpoint] [within DURATION]"),
        ("give", "/pod give POD @person"),
        ("whoami", "/pod whoami"),
        ("help", "/pod help [COMMAND]"),
    ],
)
def test_usage_is_one_line_made_from_the_arguments(verb: str, usage: str) -> None:
    found = REGISTRY.lookup(verb)
    assert found is not None
    assert REGISTRY.usage(found) == usage


def test_usage_names_what_needs_its_name() -> None:
    assert EVERY_KIND.usage(KEEP) == (
        "/pod keep POD... [until TIME] [for DURATION] [name NAME] [max NUMBER] [cloud secure|community] [force] "
        "[tag TAG...] [gpu GPU...] [@by...] [reason REASON]"
    )


@pytest.mark.parametrize("each", REGISTRY.all(), ids=lambda each: each.verb)
class TestEveryCommand:
    def test_it_says_what_it_is(self, each: Command) -> None:
        assert each.summary.endswith(".")
        assert each.help.endswith(".")
        assert "!" not in each.summary + each.help
        assert each.role >= Role.VIEWER

    def test_its_examples_parse_to_itself_and_round_trip(self, each: Command) -> None:
        for example in each.examples:
            invocation = understood(example, REGISTRY)
            assert invocation.command is each
            assert understood(invocation.canonical, REGISTRY) == invocation

    def test_what_changes_a_pod_needs_an_operator_and_is_public(self, each: Command) -> None:
        if each.changes_pod:
            assert (each.role, each.visibility) == (Role.OPERATOR, Visibility.PUBLIC)
            assert each.pods is not None
            assert each.pods.required
        elif each.verb in {"create", "delete-volume"}:
            # Its pod is not there yet, or it is of no pod.
            assert (each.role, each.visibility) == (Role.OPERATOR, Visibility.PUBLIC)
        elif each.verb == "heartbeat":
            # What it answers is a secret of the pod's.
            assert (each.role, each.visibility) == (Role.OPERATOR, Visibility.EPHEMERAL)
        else:
            assert (each.role, each.visibility) == (Role.VIEWER, Visibility.EPHEMERAL)
            assert each.pod_verb is None
            assert not each.confirm

    def test_its_arguments_are_explained(self, each: Command) -> None:
        assert all(arg.help.endswith(".") for arg in each.args)


def test_each_of_runpods_verbs_has_its_command() -> None:
    verbs = {each.pod_verb: each.verb for each in REGISTRY.all() if each.pod_verb}
    # A rename has a handler of its own, which takes the new name, and a create another, which takes a preset.
    assert verbs == {verb: verb.value for verb in POD_VERBS if verb is not Verb.RENAME}
    assert REGISTRY.lookup("rename")


def test_help_explains_every_word() -> None:
    for word in REGISTRY.words:
        assert understood(f"help {word}", REGISTRY).values == {"command": word}


def test_reset_is_a_restart_and_help_says_so() -> None:
    restart = REGISTRY.lookup("reset")
    assert restart is not None
    assert restart.verb == "restart"
    assert "`reset`" in restart.help
