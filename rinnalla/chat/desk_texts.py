"""What the desk's scripts say: the conversation page hands it to them as JSON (frontend/desk-texts.ts)."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext


def desk_texts() -> dict[str, str]:
    """Every sentence by its name, in the language in force. ``{name}`` marks what the script fills in."""
    return {
        "you": gettext("You:"),
        "seeker": gettext("Help-seeker:"),
        "joined": gettext("{name} joined the conversation."),
        "left": gettext("{name} left the conversation."),
        "lost": gettext("The answerer's connection was lost. The person went back to the front of the queue."),
        "ended": gettext("The conversation ended."),
        "stored": pgettext("message", "stored"),
        "sending": gettext("Not stored yet"),
        "mend": gettext("Take back to the writing field"),
        "here": gettext("The help-seeker is here"),
        "gone": gettext("The connection broke for a moment"),
        "talk_ended": gettext("The conversation has ended"),
        "line_away": gettext("Your connection broke. It comes back by itself. What you write is kept and leaves then."),
        "time": gettext("{passed} min, agreed {agreed} min"),
        "time_left": gettext("about {left} min left of the agreed {agreed}"),
        "time_over": gettext("the agreed {agreed} min have passed"),
        "time_near_said": gettext(
            "About {left} min of the agreed time are left. The help-seeker is told too. "
            "The closing texts come first now."
        ),
        "time_over_said": gettext("The agreed time is over. Nothing is cut off: close in peace, or agree more time."),
        "time_more_said": gettext("More time was agreed: {left} min are left."),
        "phrases_found": gettext("Canned texts: {n}. Choose with the arrow keys, Enter brings the text."),
        "phrases_none": gettext("No canned text has these words."),
        "notes_stored": gettext("The notes are stored."),
        "notes_unstored": gettext("Not stored yet"),
        "notes_waiting": gettext("The notes are kept in this window and are stored when the connection comes back."),
        "notes_lost": gettext("The notes can no longer be stored: the conversation is not with you any more."),
        "characters_left": gettext("{left} characters left"),
    }
