"""gpus, volumes and templates as people read them, from a catalog that a job keeps fresh."""

from __future__ import annotations

import pytest

from tests.e2e.inline import CARA, Bot


def test_gpus_come_as_a_table_with_price_stock_and_places(bot: Bot) -> None:
    heard = bot.exec("/pod gpus h100 sxm", user=CARA)

    blocks = bot.slack.seen(CARA)[-1]["message"]["blocks"]
    (table,) = [block for block in blocks if block["type"] == "table"]
    cells = [[cell["text"] for cell in row] for row in table["rows"]]
    assert cells[1] == ["H100 SXM 80 GB", "$3.29, medium", "$2.69, medium", "EU-RO-1, EU-SE-1, US-KS-2 +2"]
    assert "the cheapest `H100 SXM` at $2.69/h" in heard.private[0]
    assert bot.posts() == []


@pytest.mark.parametrize(
    ("typed", "found", "not_found"),
    [
        ("gpus rtx4090", "RTX 4090", "RTX 5090"),
        ("gpus sxm", "A100 SXM", "A100 PCIe"),
        ("gpus community memory 80", "H100 SXM", "L40S"),
        ("gpus secure", "L4`", "no such"),
        ("gpus free under 0.50", "RTX A4000", "RTX A4500"),
        ("gpus eu-ro-1 free", "H100 SXM", "RTX A4500"),
        ("gpus community", "RTX A4500", "`L4`"),
    ],
)
def test_words_narrow_the_list(bot: Bot, typed: str, found: str, not_found: str) -> None:
    text = bot.exec(f"/pod {typed}").private[0]

    assert found in text
    assert not_found not in text


def test_what_matches_nothing_says_so(bot: Bot) -> None:
    assert "No GPU type matches `h300`. `/pod gpus` shows all 23." in bot.exec("/pod gpus h300").private[0]


def test_stock_follows_within_five_minutes(bot: Bot) -> None:
    bot.fault(kind="no_capacity")

    assert "medium" in bot.exec("/pod gpus h100 sxm").private[0]
    bot.pass_time(301, step=60)

    text = bot.exec("/pod gpus h100 sxm").private[0]
    assert "Nothing is in stock at the moment" in text
    assert "none free" in text


def test_an_old_catalog_says_its_age_first(bot: Bot) -> None:
    bot.fault(kind="outage")
    bot.pass_time(3600, step=300)

    first = bot.exec("/pod gpus").private[0].split("\n")
    assert "old" in first[0]
    assert "H100 SXM" in "\n".join(first)


def test_volumes_say_size_cost_and_who_has_them(bot: Bot) -> None:
    text = bot.exec("/pod volumes", user=CARA).private[0]

    assert "`datasets` (`vol8kq2x1c`): 500 GB in `EU-RO-1`, $35.00 a month; on `llama-finetune` (`r8h5yc`)" in text


def test_templates_say_what_a_pod_can_start_from(bot: Bot) -> None:
    text = bot.exec("/pod templates").private[0]

    assert "2 templates, 1 of them for pods." in text
    assert "`Worker` (`tplworker1`): for serverless workers" in text


def test_on_graphql_alone_the_catalog_is_there_too(bot: Bot) -> None:
    bot.use_api("graphql")

    assert "H100 SXM" in bot.exec("/pod gpus h100").private[0]
    assert "vol8kq2x1c" in bot.exec("/pod volumes").private[0]
