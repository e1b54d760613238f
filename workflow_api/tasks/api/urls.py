"""Under /api/v1/tasks/."""

from django.urls import path

from tasks.api.views import ItemViewSet, TrackerViewSet, WaitingViewSet

urlpatterns = [
    path("", ItemViewSet.as_view({"get": "list"})),
    path("by-ticket/<slug:number>/", TrackerViewSet.as_view({"get": "retrieve"})),
    path("unassigned/", WaitingViewSet.as_view({"get": "list"})),
    path("unassigned/<uuid:waiting_id>/allocate/", WaitingViewSet.as_view({"post": "allocate"})),
    path("<uuid:item_id>/", ItemViewSet.as_view({"get": "retrieve"})),
    path("<uuid:item_id>/start/", ItemViewSet.as_view({"post": "start"})),
    path("<uuid:item_id>/act/", ItemViewSet.as_view({"post": "act"})),
    path("<uuid:item_id>/hold/", ItemViewSet.as_view({"post": "hold"})),
    path("<uuid:item_id>/resume/", ItemViewSet.as_view({"post": "resume"})),
    path("<uuid:item_id>/escalate/", ItemViewSet.as_view({"post": "escalate"})),
    path("<uuid:item_id>/transfer/", ItemViewSet.as_view({"post": "transfer"})),
    path("<uuid:item_id>/candidates/", ItemViewSet.as_view({"get": "candidates"})),
]
