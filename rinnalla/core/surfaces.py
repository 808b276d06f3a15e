"""Which of the two surfaces an address belongs to. Staff pages stand below a few folders, help-seekers' at the root."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest

STAFF_PAGES: Final = ("/staff/", "/accounts/", "/invitation/")


def is_staff_page(request: HttpRequest) -> bool:
    return request.path_info.startswith(STAFF_PAGES)
