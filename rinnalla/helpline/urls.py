"""The pages of those who lead an evening and set up lines, under ``staff/``."""

from django.urls import path

from rinnalla.helpline import board_views, record_views, steering_views, word_views

urlpatterns = [
    path("words/", word_views.words_to_the_centre, name="words_to_the_centre"),
    path("board/", board_views.board, name="board"),
    path("board/duties/<int:duty_id>/move/", steering_views.move_volunteer, name="move_volunteer"),
    path("board/duties/<int:duty_id>/end-pause/", steering_views.end_pause, name="end_pause"),
    path("board/notices/<int:notice_id>/withdraw/", steering_views.withdraw_notice, name="withdraw_notice"),
    path("board/<slug:slug>/steer/", steering_views.steer, name="steer"),
    path("board/<slug:slug>/as-planned/", steering_views.as_planned, name="as_planned"),
    path("board/<slug:slug>/notice/", steering_views.notice, name="notice"),
    path("contacts/<int:contact_id>/record/", record_views.record, name="record"),
    path("contacts/<int:contact_id>/heavy/", record_views.heavy, name="heavy"),
]
