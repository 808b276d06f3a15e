"""The pages of those who lead an evening and set up lines, under ``staff/``."""

from django.urls import path

from rinnalla.helpline import board_views

urlpatterns = [
    path("board/", board_views.board, name="board"),
]
