"""What several of auth's tests begin with."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import factories


@pytest.fixture
def seeded(db: None) -> None:
    """The systems and built-in roles are there, and already told of."""
    from access.services import seed_access

    seed_access()
    factories.forget_published()


@pytest.fixture
def as_user(api_as: Callable[..., Any]) -> Callable[..., Any]:
    """``as_user(user)``: a program of somebody who is in the database, with the rights that he holds now."""

    def client(user: Any) -> Any:
        return api_as(principal=factories.principal_of(user))

    return client
