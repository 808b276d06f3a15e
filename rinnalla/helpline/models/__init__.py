"""What every channel of a crisis line shares: lines and their hours, duty, the queue, contacts."""

from rinnalla.helpline.models.blocks import Block, NetworkKey, Origin
from rinnalla.helpline.models.canned import CannedText
from rinnalla.helpline.models.contacts import Contact
from rinnalla.helpline.models.duty import DutySession
from rinnalla.helpline.models.feedback import Feedback
from rinnalla.helpline.models.lines import ExceptionDay, Line, LineText, OpeningHours
from rinnalla.helpline.models.notices import Notice
from rinnalla.helpline.models.passes import Pass
from rinnalla.helpline.models.questions import Choice, Question
from rinnalla.helpline.models.records import ContactRecord, RecordReason, RecordReferral
from rinnalla.helpline.models.return_words import ReturnWord
from rinnalla.helpline.models.team import HandOver, LeadCall
from rinnalla.helpline.models.worries import Worry, WorryStep

__all__ = [
    "Block",
    "CannedText",
    "Choice",
    "Contact",
    "ContactRecord",
    "DutySession",
    "ExceptionDay",
    "Feedback",
    "HandOver",
    "LeadCall",
    "Line",
    "LineText",
    "NetworkKey",
    "Notice",
    "OpeningHours",
    "Origin",
    "Pass",
    "Question",
    "RecordReason",
    "RecordReferral",
    "ReturnWord",
    "Worry",
    "WorryStep",
]
