"""The help-seekers' surface. It can run on a host and in a process of its own; nothing of the staff is in it.

The language is in the address, Finnish without a prefix: nothing about a help-seeker is kept to remember it.
"""

from django.urls.resolvers import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []

handler500 = "rinnalla.core.views.server_error"
