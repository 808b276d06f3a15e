"""Those on duty helping each other, under ``staff/``."""

from django.urls import path

from rinnalla.chat import following_views, handover_views
from rinnalla.chat import team_views as views

urlpatterns = [
    path("duty/call/", views.call_lead, name="call_lead"),
    path("duty/call/now/", views.call_bar, name="call_bar"),
    path("duty/call/close/", views.close_call, name="close_call"),
    path("calls/", views.calls, name="calls"),
    path("calls/<int:call_id>/answer/", views.answer_call, name="answer_call"),
    path("calls/<int:call_id>/end/", views.end_call, name="end_call"),
    path("beside/<uuid:conversation_id>/", views.talk_beside, name="talk_beside"),
    path("follow/<uuid:conversation_id>/", following_views.follow_conversation, name="follow_conversation"),
    path("follow/<uuid:conversation_id>/stop/", following_views.stop_following, name="stop_following"),
    path("conversations/<uuid:conversation_id>/whispers/", views.whispers, name="whispers"),
    path("conversations/<uuid:conversation_id>/whisper/", views.whisper, name="whisper"),
    path("conversations/<uuid:conversation_id>/hand-over/", handover_views.hand_over, name="hand_over"),
    path("conversations/<uuid:conversation_id>/offer/", handover_views.offer_hand_over, name="offer_hand_over"),
    path("hand-over/<int:offer_id>/withdraw/", handover_views.withdraw_hand_over, name="withdraw_hand_over"),
    path("hand-over/<int:offer_id>/accept/", handover_views.accept_hand_over, name="accept_hand_over"),
    path("hand-over/<int:offer_id>/decline/", handover_views.decline_hand_over, name="decline_hand_over"),
    path("duty/leave/", handover_views.leave_duty, name="leave_duty"),
]
