"""The base of every API view: one table says who may do what."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.permissions import BasePermission
from rest_framework.viewsets import GenericViewSet

from servicekit.permissions import Authenticated, Nobody
from servicekit.principal import Principal, principal_of


class ServiceViewSet(GenericViewSet[Any]):
    """A viewset whose ``access`` names the rule of each action; an action that is not listed answers nobody."""

    access: ClassVar[Mapping[str, type[BasePermission]]] = {}

    def get_permissions(self) -> list[BasePermission]:
        """The rule of the present action; an unknown method gets as far as its 405."""
        if not self.action:  # no action answers this method
            return [Authenticated()]
        return [self.access.get(self.action, Nobody)()]

    @property
    def principal(self) -> Principal:
        """Who asks. Only for actions whose rule lets in verified principals alone."""
        return principal_of(self.request)
