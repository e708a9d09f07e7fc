"""Addresses of the zones' API, below /api/v1/."""

from django.urls import path

from zones.api import views

urlpatterns = [
    path("zones", views.ZoneList.as_view(), name="api-zones"),
    path("zones/<slug:slug>", views.ZoneDetail.as_view(), name="api-zone"),
    path("track", views.Track.as_view(), name="api-track"),
]
