"""Help and what to type instead, made from what each command declares of itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.views.layout import page, small
from bot.views.text import code, listed, wired
from pods.messages import Content
from pods.policy import Role

_USAGE_MAX = 300


class CommandHelp(Protocol):
    """What help needs of a command. All of it is ours, written for Slack."""

    @property
    def verb(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...
    @property
    def summary(self) -> str: ...
    @property
    def help(self) -> str: ...
    @property
    def examples(self) -> tuple[str, ...]: ...
    @property
    def role(self) -> Role: ...
    @property
    def usage(self) -> str:
        """The whole line, `/pod stop POD...`."""
        ...


def help_all(commands: Sequence[CommandHelp]) -> Content:
    lines = "\n".join(f"• {code(each.usage, _USAGE_MAX)}: {wired(each.summary)}" for each in commands)
    return page(
        [
            "I run the team's RunPod pods. What you can type:",
            lines,
            small(
                "A pod is its name or its id. `/pod help stop` explains one command. In a thread, where slash commands "
                "do not work, mention me and write the same. `share` at the end of a question shows everybody the "
                "answer."
            ),
        ],
        key="help",
    )


def help_one(command: CommandHelp) -> Content:
    aliases = f"Also: {listed([code(each) for each in command.aliases])}." if command.aliases else ""
    examples = "\n".join(f"• {code(f'/pod {each}', _USAGE_MAX)}" for each in command.examples)
    return page(
        [
            f"{code(command.usage, _USAGE_MAX)}\n{wired(command.summary)}",
            wired(command.help),
            f"For example:\n{examples}" if examples else "",
            small(f"{_who(command.role)} {aliases}".rstrip()),
        ],
        key=f"help.{command.verb}",
    )


def _who(role: Role) -> str:
    if role <= Role.VIEWER:
        return "For everybody who may look at pods."
    return f"For {listed([each.word + 's' for each in Role if each >= role])}, where the channel allows it."


def misunderstood(sentence: str, suggestions: Sequence[str], usage: str) -> Content:
    """`sentence` and `suggestions` are Slack text already; what the sentence says is not said again."""
    untold = [f"`/pod {wired(each)}`" for each in suggestions if each not in sentence]
    meant = f"Did you mean {listed(untold, joint='or')}?" if untold else ""
    sentence = f"{sentence}." if sentence.endswith("`") else sentence
    typed = f"It is typed so: {code(usage, _USAGE_MAX)}." if usage and usage not in sentence else ""
    return page(
        [" ".join(each for each in (wired(sentence), meant, typed, "Nothing was done.") if each)], key="misread"
    )
