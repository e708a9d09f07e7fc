"""Addresses of customer pages."""

from django.urls import path

from zones import statements, views

urlpatterns = [
    path("zones/", views.index, name="zones"),
    path("zones/<slug:slug>/", views.zone, name="zone"),
    path("zones/<slug:slug>/<slug:article_slug>/", views.article, name="zone-article"),
    path("my/", views.my, name="my"),
    path("my/growth/", statements.growth_value, name="my-growth"),
    path("my/statements/", statements.index, name="my-statements"),
    path("my/statements/<str:month>/", statements.month, name="my-statement"),
]
