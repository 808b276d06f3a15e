"""The staff surface: sign-in, people, the desk. Everything here needs a sign-in unless its view says otherwise."""

from django.urls import include, path

from rinnalla.people.public_views import invitation

urlpatterns = [
    path("staff/", include("rinnalla.chat.urls")),
    path("staff/", include("rinnalla.helpline.urls")),
    path("staff/", include("rinnalla.helpline.canned_urls")),
    path("staff/", include("rinnalla.people.urls")),
    path("staff/", include("rinnalla.practice.urls")),
    path("accounts/", include("rinnalla.people.account_urls")),
    path("invitation/<str:token>/", invitation, name="invitation"),
    path("", include("rinnalla.demo.urls")),  # empty in production
]

handler500 = "rinnalla.core.views.server_error"
