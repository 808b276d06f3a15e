"""The pages about people, under ``staff/``."""

from django.urls import path

from rinnalla.people import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite, name="invite"),
    path("people/invitations/", views.invitations, name="invitations"),
    path("people/invitations/<int:invitation_id>/resend/", views.resend_invitation, name="resend_invitation"),
    path("people/invitations/<int:invitation_id>/withdraw/", views.withdraw_invitation, name="withdraw_invitation"),
    path("people/<int:person_id>/", views.person, name="person"),
    path("people/<int:person_id>/give-role/", views.give_role, name="give_role"),
    path("people/<int:person_id>/roles/<int:membership_id>/take/", views.take_role, name="take_role"),
    path("people/<int:person_id>/deactivate/", views.deactivate, name="deactivate"),
    path("people/<int:person_id>/reactivate/", views.reactivate, name="reactivate"),
    path("people/<int:person_id>/sign-out/", views.sign_out_person, name="sign_out_person"),
    path("people/<int:person_id>/second-factor/reset/", views.reset_second_factor, name="reset_second_factor"),
    path("profile/", views.profile, name="profile"),
    path("profile/sign-out-everywhere/", views.sign_out_everywhere, name="sign_out_everywhere"),
]
