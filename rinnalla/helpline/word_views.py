"""The page of the words to the centre: coordinators and administrators of the line's centre, nobody else."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from rinnalla.helpline import actions, words
from rinnalla.people.http import StaffRequest

PAGE = 30


@require_safe
@never_cache
def words_to_the_centre(request: StaffRequest) -> HttpResponse:
    """What help-seekers told the centre, newest first. Each page that is opened is in the audit log."""
    centres = words.centres_of_words(request.user)
    rows = Paginator(words.words_for(request.user), PAGE).get_page(request.GET.get("page"))
    told = words.opened(list(rows.object_list))
    actions.note_words_read(reader=request.user, centre_ids=centres, page=rows.number, now=timezone.now())
    return render(request, "helpline/words.html", {"rows": rows, "told": told})
