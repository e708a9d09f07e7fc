"""Addresses of the bank's and the customer's API below ``/api/v1/``."""

from django.urls import path

from growth.api import events, explain, handoffs, levels, me, sessions, statements

urlpatterns = [
    path("events", events.EventsView.as_view(), name="events"),
    path("handoffs", handoffs.HandoffsView.as_view(), name="handoffs"),
    path("sign-outs", handoffs.SignOutView.as_view(), name="sign-outs"),
    path("sessions", sessions.SessionsView.as_view(), name="sessions"),
    path("sessions/current", sessions.CurrentSessionView.as_view(), name="session"),
    path("me", me.MeView.as_view(), name="me"),
    path("me/settings", me.SettingsView.as_view(), name="me-settings"),
    path("me/points", me.PointsView.as_view(), name="me-points"),
    path("me/points/entries", me.EntriesView.as_view(), name="me-entries"),
    path(
        "me/points/statements/<str:month>",
        statements.StatementView.as_view(),
        name="me-statement",
    ),
    path("me/tasks", me.TasksView.as_view(), name="me-tasks"),
    path("me/tasks/<slug:code>/claim", me.ClaimView.as_view(), name="me-task-claim"),
    path("me/tasks/<slug:code>/make-ups", me.MakeUpsView.as_view(), name="me-task-make-ups"),
    path("me/tasks/<slug:code>/why", explain.MyWhyView.as_view(), name="me-task-why"),
    path(
        "customers/<str:ref>/tasks/<slug:code>/why",
        explain.WhyView.as_view(),
        name="customer-task-why",
    ),
    path("me/level", levels.LevelView.as_view(), name="me-level"),
    path("me/badges", levels.BadgesView.as_view(), name="me-badges"),
    path("me/notices", levels.NoticesView.as_view(), name="me-notices"),
    path("me/notices/seen", levels.NoticesSeenView.as_view(), name="me-notices-seen"),
]
