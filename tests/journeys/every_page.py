"""The names of all pages, by who sees them: each is looked at in test_pages_are_accessible.py."""

OF_A_SEEKER = {"front", "line", "visit", "calendar", "other_help", "privacy", "join"}
BEFORE_SIGN_IN = {
    "account_login",
    "account_signup",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "invitation",
    "demo_people",
}
OF_THE_SECOND_FACTOR = {
    "invitation",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_deactivate_totp",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "account_reauthenticate",
    "account_change_password",
    "account_logout",
    "account_login",
}
OF_THE_DESK = {"duty", "conversation", "profile"}
BESIDE_A_TALK = {"calls", "talk_beside"}
OF_A_COORDINATOR = {
    "blocks",
    "people",
    "person",
    "invite",
    "invitations",
    "give_role",
    "take_role",
    "deactivate",
    "reset_second_factor",
    "reactivate",
}
OF_A_LEAD = {"board"}
# These answer forms and end in a redirect, or give a file or data.
NOT_PAGES = {
    "block_contact",
    "approve_block",
    "lift_block",
    "say",
    "leave",
    "quick_exit",
    "staff_home",
    "take_duty",
    "end_duty",
    "set_duty_state",
    "take_next",
    "conversation_say",
    "call_lead",
    "call_bar",
    "close_call",
    "answer_call",
    "end_call",
    "whispers",
    "whisper",
    "end_conversation",
    "resend_invitation",
    "withdraw_invitation",
    "sign_out_person",
    "sign_out_everywhere",
    "demo_sign_in",
    "mfa_login_webauthn",
    "mfa_download_recovery_codes",
}
