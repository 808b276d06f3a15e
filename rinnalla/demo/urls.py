"""The one-click sign-in of demo worlds. Empty in production (rules.py checks it)."""

from __future__ import annotations

from django.urls import URLPattern, path

from rinnalla.demo import views
from rinnalla.demo.rules import one_click_allowed

urlpatterns: list[URLPattern] = []
if one_click_allowed():
    urlpatterns += [
        path("demo/", views.demo_people, name="demo_people"),
        path("demo/sign-in/", views.demo_sign_in, name="demo_sign_in"),
    ]
