"""The volunteer's desk, under ``staff/``."""

from django.urls import include, path

from rinnalla.chat import note_views, time_views, views

urlpatterns = [
    path("", views.staff_home, name="staff_home"),
    path("", include("rinnalla.chat.team_urls")),
    path("", include("rinnalla.chat.safety_urls")),
    path("duty/", views.duty, name="duty"),
    path("duty/take/", views.take_duty, name="take_duty"),
    path("duty/end/", views.end_duty, name="end_duty"),
    path("duty/state/", views.set_duty_state, name="set_duty_state"),
    path("duty/next/", views.take_next, name="take_next"),
    path("duty/pass/", views.pass_next, name="pass_next"),
    path("duty/until/", views.set_until, name="set_until"),
    path("conversations/<uuid:conversation_id>/", views.conversation, name="conversation"),
    path("conversations/<uuid:conversation_id>/say/", views.conversation_say, name="conversation_say"),
    path("conversations/<uuid:conversation_id>/notes/", note_views.write_notes, name="write_notes"),
    path("conversations/<uuid:conversation_id>/time/", time_views.more_time, name="more_time"),
    path("conversations/<uuid:conversation_id>/end/", views.end_conversation, name="end_conversation"),
]
