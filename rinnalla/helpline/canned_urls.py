"""The canned texts of the lines, under ``staff/``."""

from django.urls import path

from rinnalla.helpline import canned_views as views

urlpatterns = [
    path("canned-texts/", views.canned_lines, name="canned_lines"),
    path("canned-texts/<slug:slug>/", views.canned_texts, name="canned_texts"),
    path("canned-texts/<slug:slug>/add/", views.add_canned_text, name="add_canned_text"),
    path("canned-texts/<slug:slug>/<int:text_id>/", views.edit_canned_text, name="edit_canned_text"),
    path("canned-texts/<slug:slug>/<int:text_id>/delete/", views.delete_canned_text, name="delete_canned_text"),
]
