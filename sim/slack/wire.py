"""What travels: JSON objects, and the business errors Slack answers with HTTP 200."""

from __future__ import annotations

from typing import Any, TypeAlias

#: One JSON object as Slack sends or takes it.
Json: TypeAlias = dict[str, Any]


class SlackError(Exception):
    """Slack's `ok: false` with its error word, and what else the answer carries."""

    def __init__(self, error: str, **extra: object) -> None:
        super().__init__(error)
        self.error = error
        self.extra = extra


class InvalidBlocks(SlackError):
    """Blocks that Slack refuses. `problems` are `pointer: reason`, as the validator found them."""

    def __init__(self, problems: list[str], *, error: str = "invalid_blocks") -> None:
        self.problems = problems
        messages = [f"[ERROR] {reason} [json-pointer:{pointer}]" for pointer, _, reason in map(_split, problems)]
        super().__init__(error, errors=problems, response_metadata={"messages": messages})


def _split(problem: str) -> tuple[str, str, str]:
    return problem.partition(": ")
