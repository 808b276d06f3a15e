"""Every write of the helpline. Whoever moves a contact or a duty session does it here.

Order of locks, so that two actions never wait for each other in a circle: duty sessions, then contacts, then what the
channel holds, then the audit log.
"""

from rinnalla.helpline.actions.blocks import approve_block, block_contact, erase_blocks, lift_block
from rinnalla.helpline.actions.calls import answer_call, call_lead, close_call
from rinnalla.helpline.actions.clock import give_back, sweep
from rinnalla.helpline.actions.duty import end_contact, end_duty, renew_leases, set_duty_state, take_duty, take_next
from rinnalla.helpline.actions.feedback import erase_feedback, give_feedback, note_words_read, tell_mood_before
from rinnalla.helpline.actions.handover import (
    accept_hand_over,
    decline_hand_over,
    erase_hand_over_notes,
    offer_hand_over,
    withdraw_hand_over,
)
from rinnalla.helpline.actions.priority import erase_return_words, give_return_word, set_level, use_return_word
from rinnalla.helpline.actions.records import erase_notes, put_record_off, read_note, save_record
from rinnalla.helpline.actions.seekers import come_back, join_queue, keep_present, keep_stated, leave, token_hash
from rinnalla.helpline.actions.steering import (
    erase_old_notices,
    move_volunteer,
    send_home,
    send_notice,
    steer_line,
    withdraw_notice,
)
from rinnalla.helpline.actions.steps import IllegalMove
from rinnalla.helpline.actions.weight import lift_pause, mark_heavy, pass_next, set_until
from rinnalla.helpline.actions.worries import (
    answer_worry,
    erase_worries,
    hold_conversation,
    raise_worry,
    release_conversation,
    step_worry,
    take_worry,
)

__all__ = [
    "IllegalMove",
    "accept_hand_over",
    "answer_call",
    "answer_worry",
    "approve_block",
    "block_contact",
    "call_lead",
    "close_call",
    "come_back",
    "decline_hand_over",
    "end_contact",
    "end_duty",
    "erase_blocks",
    "erase_feedback",
    "erase_hand_over_notes",
    "erase_notes",
    "erase_old_notices",
    "erase_return_words",
    "erase_worries",
    "give_back",
    "give_feedback",
    "give_return_word",
    "hold_conversation",
    "join_queue",
    "keep_present",
    "keep_stated",
    "leave",
    "lift_block",
    "lift_pause",
    "mark_heavy",
    "move_volunteer",
    "note_words_read",
    "offer_hand_over",
    "pass_next",
    "put_record_off",
    "raise_worry",
    "read_note",
    "release_conversation",
    "renew_leases",
    "save_record",
    "send_home",
    "send_notice",
    "set_duty_state",
    "set_level",
    "set_until",
    "steer_line",
    "step_worry",
    "sweep",
    "take_duty",
    "take_next",
    "take_worry",
    "tell_mood_before",
    "token_hash",
    "use_return_word",
    "withdraw_hand_over",
    "withdraw_notice",
]
