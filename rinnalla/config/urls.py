"""Both surfaces on one host: the staff's pages first, as no page of the help-seekers' may hide one of them."""

from rinnalla.config import urls_public, urls_staff

urlpatterns = [*urls_staff.urlpatterns, *urls_public.urlpatterns]

handler500 = "rinnalla.core.views.server_error"
