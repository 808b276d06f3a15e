"""The help-seekers' pages, at the root of the site."""

from django.urls import path

from rinnalla.chat import door_views
from rinnalla.chat import public_views as views

urlpatterns = [
    path("", views.front, name="front"),
    path("line/<slug:slug>/", views.line, name="line"),
    path("line/<slug:slug>/join/", views.join, name="join"),
    path("chat/", views.visit, name="visit"),
    path("chat/say/", views.say, name="say"),
    path("chat/leave/", views.leave, name="leave"),
    path("chat/questions/", door_views.answer_questions, name="answer_questions"),
    path("chat/return-word/", door_views.use_return_word, name="use_return_word"),
    path("chat/new-return-word/", door_views.give_return_word, name="give_return_word"),
    path("chat/feedback/", door_views.give_feedback, name="give_feedback"),
    path("exit/", views.quick_exit, name="quick_exit"),
    path("calendar/", views.calendar, name="calendar"),
    path("help/", views.other_help, name="other_help"),
    path("privacy/", views.privacy, name="privacy"),
]
