"""Options for the pod pickers, from the snapshot; Slack waits three seconds for them."""

from __future__ import annotations

from typing import Any, Final

from bot import suggest
from bot.face import Face
from bot.views import answers

#: Slack takes a hundred; nobody scrolls through more than this.
SHOWN: Final = 50


def options(face: Face, query: str) -> list[dict[str, Any]]:
    pods = face.store.fleet.load().pods
    wanted = query.strip().casefold()
    if wanted:
        matching = [pod for pod in pods if wanted in pod.name.casefold() or pod.id.casefold().startswith(wanted)]
        pods = tuple(matching) or suggest.pods(query, pods)
    return [answers.option(pod) for pod in pods[:SHOWN]]
