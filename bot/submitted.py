"""Who takes a modal that was filled in, by the area its callback id begins with. The app listens to exactly these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot import idle_answers
from bot.face import Face
from bot.modals import Submission, Taken

SUBMITTED: Final[dict[str, Callable[[Face, Submission], Taken]]] = {
    "idle": idle_answers.taken,
}


def take(face: Face, given: Submission) -> Taken:
    return SUBMITTED[given.callback.partition(".")[0]](face, given)
