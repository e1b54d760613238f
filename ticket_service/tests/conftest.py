"""What several of ticket_service's tests begin with."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests import factories

hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")


@pytest.fixture
def seeded(db: None) -> None:
    """The categories and departments of a fresh installation."""
    factories.seed()


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    """An empty folder for files."""
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path
