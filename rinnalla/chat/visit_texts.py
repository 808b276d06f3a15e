"""What the help-seeker's scripts say: the visit's page hands it to them as JSON."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext


def visit_texts() -> dict[str, str]:
    """Every sentence by its name, in the language in force. ``{name}`` marks what the script fills in."""
    return {
        "you": gettext("You:"),
        "answerer": gettext("Answerer:"),
        "joined": gettext("{name} joined the conversation."),
        "left": gettext("{name} left the conversation."),
        "lost": gettext("The answerer's connection broke. You are back at the front of the queue."),
        "ended": gettext("The conversation ended."),
        "talk_ended": gettext("The conversation has ended"),
        "stored": pgettext("message", "stored"),
        "sending": gettext("Kept here, not sent yet"),
        "not_sent": gettext("The conversation had already ended. This was not sent."),
        "mend": gettext("Take back to the writing field"),
        "volunteer": gettext("volunteer"),
        "crisis_worker": gettext("crisis worker"),
        "gone": gettext("The answerer's connection is away for a moment. Wait here."),
        "line_away": gettext("The connection broke. It comes back by itself."),
        "line_away_unsent": gettext("Your message is kept here and leaves when the connection comes back."),
        "first": gettext("You are first in the queue."),
        "place": gettext("You are number {place} in the queue. {of} people are waiting in all."),
        "wait_less": gettext("Estimate: less than {time}"),
        "wait_minutes": gettext("Estimate: {low}–{high} minutes"),
        "wait_range": gettext("Estimate: {low} – {high}"),
        "minutes": gettext("{minutes} minutes"),
        "hours_minutes": gettext("{hours} h {minutes} min"),
        "no_hope": gettext("We will probably not have time for you this evening."),
        "time_left": gettext("about {left} min left"),
        "time_over": gettext("the agreed time is over"),
        "time_near_said": gettext("About {left} minutes are left. You can go on in peace."),
        "time_over_said": gettext("The agreed time is over. The conversation is not cut off. You can finish in peace."),
        "time_more_said": gettext("You have more time: about {left} minutes."),
        "characters_left": gettext("{left} characters left"),
    }
