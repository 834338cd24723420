"""The Home tab: a person's pods with their buttons, what they can create, and what they can type."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from slackblocks import ActionsBlock, Button, DividerBlock, SectionBlock

from bot.views import buttons
from bot.views.layout import page, rendered
from bot.views.text import ref
from bot.views.verbs import STATES
from pods.messages import Content
from pods.model import Pod, Verb


def home(mine: Content, pods: Sequence[Content], create: Sequence[Button], commands: Content) -> Content:
    """The list of the reader's own pods, each with its buttons, above the presets and the commands."""
    blocks = [*mine.blocks, *(block for each in pods for block in each.blocks)]
    if create:
        blocks.append(
            rendered(SectionBlock("*Create a pod*: the price is shown and asked first.", block_id="home.new"))
        )
        blocks.append(rendered(ActionsBlock(elements=list(create), block_id="home.create")))
    blocks += [rendered(DividerBlock(block_id="home.divider")), *commands.blocks]
    return Content(text=f"{mine.text}\n{commands.text}", blocks=tuple(blocks))


def pod(one: Pod, may: Collection[Verb], nonce: str) -> Content:
    """One of their pods and what can be done with it."""
    offered = [buttons.status(one.id, nonce), *buttons.verbs(one, nonce, may=may)]
    return page([f"{ref(one)}: {STATES[one.status]}"], key=f"home.{one.id}.{nonce}", buttons=offered)
