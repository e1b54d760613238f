"""The door for imports."""

from rest_framework.request import Request
from rest_framework.response import Response

from servicekit.contracts.permissions import Permission
from servicekit.permissions import Requires
from servicekit.schema import extend_schema
from servicekit.views import ServiceViewSet
from tickets.status import Status
from transfer import services
from transfer.api.serializers import ImportBody, OutcomeSerializer, outcome_json


class ImportViewSet(ServiceViewSet):
    access = {"create": Requires(Permission.TICKET_IMPORT)}
    serializer_class = OutcomeSerializer

    @extend_schema(request=ImportBody, responses={200: OutcomeSerializer})
    def create(self, request: Request) -> Response:
        """Bring in up to 500 tickets of another system; repeating it creates nothing twice."""
        body = ImportBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data | {"status": Status(body.validated_data["status"])}
        return Response(outcome_json(services.import_tickets(**given, by=self.principal)))
