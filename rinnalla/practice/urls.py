"""Practice, under ``staff/``."""

from django.urls import path

from rinnalla.practice import views

urlpatterns = [
    path("practice/", views.practice, name="practice"),
    path("practice/<slug:slug>/call/", views.call_visitor, name="call_visitor"),
    path("practice/visits/<int:visit_id>/", views.practice_visit, name="practice_visit"),
    path("practice/visits/<int:visit_id>/comment/", views.comment_practice, name="comment_practice"),
    path("practice/visits/<int:visit_id>/mark/", views.mark_practice, name="mark_practice"),
]
