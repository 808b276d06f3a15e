"""django-allauth's passkey forms, made to answer nonsense with a sentence.

The libraries below them raise many kinds of errors for crafted input (base64, CBOR, a signature that does not fit).
None of them may become a page of error 500.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms
from django.core.exceptions import ValidationError


class _Careful:
    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            raise
        except Exception:  # noqa: BLE001 (see above)
            raise get_adapter().validation_error("incorrect_code") from None


class AddForm(forms.AddWebAuthnForm):  # type: ignore[misc]
    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            raise
        except Exception:  # noqa: BLE001 (see above)
            raise get_adapter().validation_error("incorrect_code") from None
        return cleaned


class AuthenticateForm(_Careful, forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class LoginForm(_Careful, forms.LoginWebAuthnForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(_Careful, forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass
