"""The command that says who did what."""

from __future__ import annotations

from typing import Final

from bot.registry import Arg, ArgKind, Command
from pods.policy import Role

AUDIT: Final = Command(
    verb="audit",
    summary="Who did what, newest first.",
    help=(
        "Shows what was asked, refused, confirmed and done, with its result. Admins see all of it; others what they "
        "did themselves and what was done to their pods. Kept here for 90 days, after that in files on the server."
    ),
    examples=("audit", "audit abc123", "audit <@U012AB3CD>", "audit abc123 since 2d"),
    args=(
        Arg(name="pod", kind=ArgKind.POD, help="Only of this pod; an id may be of one that is gone."),
        Arg(name="person", kind=ArgKind.PERSON, bare=True, help="Only by this person: `@` and their name."),
        Arg(name="since", kind=ArgKind.DURATION, help="Only what is younger, such as `2d`."),
    ),
    role=Role.VIEWER,
    private=True,
)

COMMANDS: Final[tuple[Command, ...]] = (AUDIT,)
