"""The doors to workflows."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from directory.selectors import acting_roles
from servicekit.contracts.permissions import Permission
from servicekit.etags import etag, expected_version, with_etag
from servicekit.idempotency import idempotent
from servicekit.pagination import CursorPages
from servicekit.permissions import Requires
from servicekit.schema import OpenApiParameter, extend_schema
from servicekit.views import ServiceViewSet
from workflows import selectors, services
from workflows.api import serializers
from workflows.models import Workflow

IF_MATCH = OpenApiParameter("If-Match", str, "header", required=True, description="The ETag of what was edited.")
IF_MATCH_OPTIONAL = OpenApiParameter("If-Match", str, "header", description="The ETag of the draft that was seen.")
IDEMPOTENCY_KEY = OpenApiParameter("Idempotency-Key", str, "header", description="Makes a repeated request harmless.")


class ByName(CursorPages):
    ordering = ("name", "id")


class NewestNumberFirst(CursorPages):
    ordering = ("-number",)


class WorkflowViewSet(ServiceViewSet):
    access = dict.fromkeys(("list", "create", "retrieve", "update", "publish"), Requires(Permission.WORKFLOW_MANAGE))
    serializer_class = serializers.WorkflowSerializer
    pagination_class = ByName

    @extend_schema(responses=serializers.WorkflowRowSerializer(many=True))
    def list(self, request: Request) -> Response:
        """All workflows, by name."""
        page = self.paginate_queryset(selectors.list_workflows()) or []
        return self.get_paginated_response([serializers.WorkflowRowSerializer(workflow).data for workflow in page])

    @extend_schema(request=serializers.WorkflowBody, responses={201: serializers.WorkflowSerializer}, parameters=[IDEMPOTENCY_KEY])
    @idempotent
    def create(self, request: Request) -> Response:
        """A new draft; it may be unfinished."""
        workflow = services.create_workflow(draft=self._draft(), by=self.principal.person)
        return self._answer(workflow, status=201)

    def retrieve(self, request: Request, workflow_id: UUID) -> Response:
        """A workflow with its draft and the draft's problems."""
        return self._answer(selectors.get_workflow(workflow_id))

    @extend_schema(request=serializers.WorkflowBody, parameters=[IF_MATCH])
    def update(self, request: Request, workflow_id: UUID) -> Response:
        """Replace the draft; If-Match says which one was seen."""
        seen = expected_version(request)
        workflow = services.edit_workflow(workflow_id=workflow_id, draft=self._draft(), by=self.principal.person, expected_version=seen)
        return self._answer(workflow)

    @extend_schema(request=None, responses=serializers.VersionSerializer, parameters=[IF_MATCH_OPTIONAL])
    def publish(self, request: Request, workflow_id: UUID) -> Response:
        """Make the draft the next numbered version."""
        seen = expected_version(request) if "If-Match" in request.headers else None
        version = services.publish_workflow(workflow_id=workflow_id, by=self.principal.person, expected_version=seen)
        return Response(serializers.VersionSerializer(version).data, headers={"ETag": etag(version.workflow.version)})

    def _draft(self) -> services.Draft:
        body = serializers.WorkflowBody(data=self.request.data)
        body.is_valid(raise_exception=True)
        return body.draft

    def _answer(self, workflow: Workflow, status: int = 200) -> Response:
        data = self.get_serializer(workflow).data
        return with_etag(Response(data, status=status), workflow.version)

    def get_serializer_context(self) -> dict[str, Any]:
        """With the roles that steps may name."""
        return {**super().get_serializer_context(), "acting_roles": acting_roles()}


class VersionViewSet(ServiceViewSet):
    access = dict.fromkeys(("list", "retrieve"), Requires(Permission.WORKFLOW_MANAGE))
    serializer_class = serializers.PublishedSerializer
    pagination_class = NewestNumberFirst

    def list(self, request: Request, workflow_id: UUID) -> Response:
        """The published versions of a workflow, newest first."""
        page = self.paginate_queryset(selectors.list_versions(workflow_id))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(responses=serializers.VersionSerializer)
    def retrieve(self, request: Request, workflow_id: UUID, number: str) -> Response:
        """One published version with its definition."""
        return Response(serializers.VersionSerializer(selectors.get_version(workflow_id, number)).data)
