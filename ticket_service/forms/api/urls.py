"""/api/v1/categories/"""

from django.urls import path

from forms.api.views import CategoryViewSet

urlpatterns = [
    path("", CategoryViewSet.as_view({"get": "list", "post": "create"})),
    path("<slug:slug>/", CategoryViewSet.as_view({"get": "retrieve", "put": "update"})),
]
