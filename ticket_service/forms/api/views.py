"""The doors to categories."""

from rest_framework.request import Request
from rest_framework.response import Response

from forms import policies, selectors, services
from forms.api.serializers import CategoryBody, CategorySerializer, NewCategoryBody, category_json
from servicekit.contracts.permissions import Permission
from servicekit.etags import expected_version, with_etag
from servicekit.permissions import Authenticated, Requires
from servicekit.schema import OpenApiParameter, extend_schema
from servicekit.views import ServiceViewSet

IF_MATCH = OpenApiParameter("If-Match", str, "header", required=True, description="The ETag of what was edited.")


class CategoryViewSet(ServiceViewSet):
    access = {
        "list": Authenticated,
        "retrieve": Authenticated,
        "create": Requires(Permission.CATEGORY_MANAGE),
        "update": Requires(Permission.CATEGORY_MANAGE),
    }
    serializer_class = CategorySerializer
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]{1,60}"

    @extend_schema(parameters=[OpenApiParameter("all", bool, description="Inactive ones too, for who may manage them.")])
    def list(self, request: Request) -> Response:
        """What can be asked for, with the form of each."""
        wants_all = request.query_params.get("all") == "true" and policies.may_manage_categories(self.principal)
        return Response([category_json(category) for category in selectors.list_categories(with_inactive=wants_all)])

    def retrieve(self, request: Request, slug: str) -> Response:
        """One category."""
        category = selectors.get_category(slug)
        return with_etag(Response(category_json(category)), category.version)

    @extend_schema(request=NewCategoryBody, responses={201: CategorySerializer})
    def create(self, request: Request) -> Response:
        """A new category."""
        body = NewCategoryBody(data=request.data)
        body.is_valid(raise_exception=True)
        category = services.create_category(slug=body.validated_data["slug"], draft=body.draft(), by=self.principal)
        return with_etag(Response(category_json(category), status=201), category.version)

    @extend_schema(request=CategoryBody, responses=CategorySerializer, parameters=[IF_MATCH])
    def update(self, request: Request, slug: str) -> Response:
        """The category as it is to be; If-Match says what was seen."""
        body = CategoryBody(data=request.data)
        body.is_valid(raise_exception=True)
        category = services.edit_category(slug=slug, draft=body.draft(), expected_version=expected_version(request), by=self.principal)
        return with_etag(Response(category_json(category)), category.version)
