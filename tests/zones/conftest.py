"""Every test begins without a page in this process's memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from zones import cache, tracking


@pytest.fixture(autouse=True)
def forgotten_pages(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Neither pages nor what tasks ask of visits are remembered from the test before."""
    monkeypatch.setattr(cache, "shells", cache.Shells())
    for module in ("zones.pages", "zones.directory", "zones.cache_signals"):
        monkeypatch.setattr(f"{module}.shells", cache.shells)
    if request.node.get_closest_marker("django_db"):
        cache.shells.drop()
    monkeypatch.setattr(tracking, "_asked", (float("-inf"), tracking.ENOUGH_SECONDS))
    yield


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path: Path) -> None:
    """Pictures go where nothing of them stays."""
    settings.MEDIA_ROOT = tmp_path
