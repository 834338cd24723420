"""The catalog keeps what it knew of a part that could not be read, with its age."""

from __future__ import annotations

from datetime import timedelta

from pods.catalog import Catalog, Part, read, unread
from pods.model import Cloud, GpuType
from tests.unit.pods.builders import NOON


def gpu(gpu_id: str, name: str = "", cloud: Cloud = Cloud.SECURE) -> GpuType:
    return GpuType(
        id=gpu_id,
        name=name or gpu_id,
        memory_gb=80,
        secure=True,
        community=True,
        price_secure=None,
        price_community=None,
        cloud=cloud,
    )


def test_a_part_that_was_read_carries_its_time() -> None:
    catalog = read(Catalog(), Part.GPU_TYPES, (gpu("NVIDIA H100 80GB HBM3", "H100 SXM"),), NOON)

    assert catalog.read_at() == NOON
    assert catalog.read_at(Part.TEMPLATES) is None
    assert catalog.gpu_name("NVIDIA H100 80GB HBM3") == "H100 SXM"
    assert catalog.gpu_name("NVIDIA X9") == "NVIDIA X9"


def test_a_failed_read_keeps_the_old_part_and_says_why() -> None:
    before = read(Catalog(), Part.GPU_TYPES, (gpu("a"),), NOON)

    after = unread(before, Part.GPU_TYPES, "RunPod's API did not answer in time.")

    assert after.gpu_types == before.gpu_types
    assert after.read_at() == NOON
    assert after.troubles == {Part.GPU_TYPES: "RunPod's API did not answer in time."}
    assert unread(after, Part.GPU_TYPES, "RunPod's API did not answer in time.") is after


def test_the_next_read_that_answers_ends_the_trouble_of_its_part_only() -> None:
    troubled = unread(unread(Catalog(), Part.GPU_TYPES, "a"), Part.TEMPLATES, "b")

    after = read(troubled, Part.GPU_TYPES, (), NOON)

    assert after.troubles == {Part.TEMPLATES: "b"}


def test_an_older_reading_that_comes_late_changes_nothing() -> None:
    newest = read(Catalog(), Part.GPU_TYPES, (gpu("new"),), NOON)

    assert read(newest, Part.GPU_TYPES, (gpu("old"),), NOON - timedelta(seconds=1)) is newest


def test_a_type_is_found_in_the_cloud_its_stock_is_asked_of() -> None:
    catalog = read(Catalog(), Part.GPU_TYPES, (gpu("a"),), NOON)
    catalog = read(catalog, Part.COMMUNITY, (gpu("a", cloud=Cloud.COMMUNITY), gpu("b", "B")), NOON)

    assert catalog.gpu("a") == gpu("a")
    assert catalog.gpu("a", Cloud.COMMUNITY) == gpu("a", cloud=Cloud.COMMUNITY)
    assert catalog.gpu("b") is None
    assert catalog.gpu_name("b") == "B"


def test_it_survives_being_written_down() -> None:
    catalog = unread(read(Catalog(), Part.GPU_TYPES, (gpu("a"),), NOON), Part.TEMPLATES, "why")

    assert Catalog.model_validate_json(catalog.model_dump_json()) == catalog
