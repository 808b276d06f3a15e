"""Those on duty helping each other, under ``staff/``."""

from django.urls import path

from rinnalla.chat import team_views as views

urlpatterns = [
    path("duty/call/", views.call_lead, name="call_lead"),
    path("duty/call/now/", views.call_bar, name="call_bar"),
    path("duty/call/close/", views.close_call, name="close_call"),
    path("calls/", views.calls, name="calls"),
    path("calls/<int:call_id>/answer/", views.answer_call, name="answer_call"),
    path("calls/<int:call_id>/end/", views.end_call, name="end_call"),
    path("beside/<uuid:conversation_id>/", views.talk_beside, name="talk_beside"),
    path("conversations/<uuid:conversation_id>/whispers/", views.whispers, name="whispers"),
    path("conversations/<uuid:conversation_id>/whisper/", views.whisper, name="whisper"),
]
