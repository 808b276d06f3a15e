"""The help-seekers' surface. It can run on a host and in a process of its own; nothing of the staff is in it.

The language is in the address, Finnish without a prefix: nothing about a help-seeker is kept to remember it.
"""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

urlpatterns = i18n_patterns(path("", include("rinnalla.chat.public_urls")), prefix_default_language=False)

handler500 = "rinnalla.core.views.server_error"
