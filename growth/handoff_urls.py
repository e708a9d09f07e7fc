"""Addresses of the handoff. The demo's sign-in exists on a local machine only."""

from django.conf import settings
from django.urls import path

from growth import handoff

urlpatterns = [path("", handoff.handoff, name="handoff")]
if settings.ENVIRONMENT != "production":
    urlpatterns.append(path("demo/", handoff.demo, name="handoff-demo"))
