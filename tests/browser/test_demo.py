"""What a newcomer does first, in a real browser on the running demo."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

pytestmark = pytest.mark.browser

#: A busy machine answers late; what counts is that it answers.
expect.set_options(timeout=20_000)


def become(page: Page, name: str) -> None:
    """Switch person, and wait until the page has read what that person sees: what comes before would be redrawn."""
    person = page.get_by_test_id("person-switcher").get_by_text(name)
    try:
        with page.expect_response("**/ui/state**", timeout=3_000):
            person.click()
    except PlaywrightTimeout:
        # Already that person: nothing is read anew.
        return
    page.wait_for_timeout(300)


def enter(page: Page, text: str) -> None:
    composer = page.get_by_test_id("composer")
    composer.fill(text)
    composer.press("Escape")
    composer.press("Enter")


def messages(page: Page) -> str:
    return page.get_by_test_id("messages").inner_text()


def test_a_stop_typed_as_a_teammate_stops_the_pod_beside_it(page: Page) -> None:
    become(page, "Bob Berg")
    enter(page, "/pod stop abc123")

    room = page.get_by_test_id("messages")
    expect(room).to_contain_text("On it: stop")
    expect(room).to_contain_text("is stopped. Saves $2.69/h.")
    expect(page.locator("[data-pod=abc123]")).to_contain_text("EXITED")
    expect(page.locator(".invalid-block")).to_have_count(0)


def test_slash_completes_the_command_and_shows_its_usage(page: Page) -> None:
    page.get_by_test_id("composer").press_sequentially("/po")

    expect(page.get_by_text("/pod", exact=False).first).to_be_visible()
    expect(page.locator("body")).to_contain_text(re.compile(r"stop"))


def test_terminate_asks_its_requester_alone_and_vanishes_on_reload(page: Page) -> None:
    become(page, "Alice Ahn")
    enter(page, "/pod terminate k7m2qx")
    room = page.get_by_test_id("messages")
    expect(room).to_contain_text("Gone for good")
    expect(room).to_contain_text("Only visible to you")

    page.reload()
    page.get_by_test_id("composer").wait_for()
    expect(page.get_by_test_id("messages")).not_to_contain_text("Gone for good")


def test_a_viewer_is_refused_and_told_who_can_help(page: Page) -> None:
    become(page, "Cara Cruz")
    enter(page, "/pod stop f6j1bs")

    expect(page.get_by_test_id("messages")).to_contain_text("needs an operator")


def test_every_answer_is_drawn_without_an_invalid_block(page: Page) -> None:
    become(page, "Alice Ahn")
    for typed in ("list", "status r8h5yc", "help", "help stop", "whoami", "health", "stop", "stop train", "nonsense"):
        enter(page, f"/pod {typed}")
        page.wait_for_timeout(300)

    expect(page.get_by_test_id("messages")).to_contain_text("llama-finetune")
    expect(page.locator(".invalid-block")).to_have_count(0)


def test_an_outage_is_told_as_trouble_and_ends_well(page: Page) -> None:
    become(page, "Bob Berg")
    page.get_by_test_id("fault-kinds").get_by_text("Lost answer").click()
    enter(page, "/pod stop f6j1bs")

    expect(page.get_by_test_id("messages")).to_contain_text("notebook-eva (f6j1bs) is stopped", timeout=30_000)
    expect(page.locator("[data-pod=f6j1bs]")).to_contain_text("EXITED")


def test_the_page_fits_a_narrow_window(page: Page) -> None:
    page.set_viewport_size({"width": 900, "height": 800})

    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 900
    expect(page.get_by_test_id("account-open")).to_be_visible()
