"""Every write of the helpline. Whoever moves a contact or a duty session does it here.

Order of locks, so that two actions never wait for each other in a circle: duty sessions, then contacts, then what the
channel holds, then the audit log.
"""

from rinnalla.helpline.actions.clock import give_back, sweep
from rinnalla.helpline.actions.duty import end_contact, end_duty, renew_leases, set_duty_state, take_duty, take_next
from rinnalla.helpline.actions.seekers import come_back, join_queue, keep_present, leave, token_hash
from rinnalla.helpline.actions.steps import IllegalMove

__all__ = [
    "IllegalMove",
    "come_back",
    "end_contact",
    "end_duty",
    "give_back",
    "join_queue",
    "keep_present",
    "leave",
    "renew_leases",
    "set_duty_state",
    "sweep",
    "take_duty",
    "take_next",
    "token_hash",
]
