"""The commands page in docs says what the registry says."""

from __future__ import annotations

from app.commandpage import PAGE, page


def test_the_page_in_docs_is_the_one_the_registry_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run ./podkeeper docs"
