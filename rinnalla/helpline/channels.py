"""What a channel adds to the shared moves of a contact. Each channel registers one object from its ``AppConfig``."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from rinnalla.helpline.models import Contact
from rinnalla.people.models import Person


class Channel(Protocol):
    """Called inside the transaction that moves the contact."""

    def waiting(self, contact: Contact, *, now: datetime) -> None:
        """A person has joined the queue."""

    def claimed(self, contact: Contact, *, now: datetime) -> None:
        """A volunteer has taken the person; ``contact.duty`` says who."""

    def given_back(self, contact: Contact, *, now: datetime) -> None:
        """The volunteer was lost and the person waits again, at the front."""

    def handed_over(self, contact: Contact, *, before: Person, now: datetime) -> None:
        """Another has taken the contact over from ``before``; ``contact.duty`` says who."""

    def ended(self, contact: Contact, *, now: datetime) -> None:
        """The contact is over; ``contact.ended_by`` says by whom."""

    def aside(self, contact: Contact) -> None:
        """Something beside the contact has changed, which only those who answer may hear of."""


_channels: dict[str, Channel] = {}


def register(name: str, channel: Channel) -> None:
    _channels[name] = channel


def channel_of(contact: Contact) -> Channel:
    return _channels[contact.line.channel]
