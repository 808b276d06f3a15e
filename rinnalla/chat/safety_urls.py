"""Blocks and worries, under ``staff/``."""

from django.urls import path

from rinnalla.chat import block_views, worry_views

urlpatterns = [
    path("conversations/<uuid:conversation_id>/block/", block_views.block_contact, name="block_contact"),
    path("conversations/<uuid:conversation_id>/worry/", worry_views.raise_worry, name="raise_worry"),
    path("conversations/<uuid:conversation_id>/worries/", worry_views.worries_aside, name="worries_aside"),
    path("blocks/", block_views.blocks, name="blocks"),
    path("blocks/<int:block_id>/approve/", block_views.approve_block, name="approve_block"),
    path("blocks/<int:block_id>/lift/", block_views.lift_block, name="lift_block"),
    path("worries/", worry_views.worries, name="worries"),
    path("worries/note/", worry_views.safety_note, name="safety_note"),
    path("worries/<uuid:worry_id>/", worry_views.worry, name="worry"),
    path("worries/<uuid:worry_id>/take/", worry_views.take_worry, name="take_worry"),
    path("worries/<uuid:worry_id>/step/", worry_views.step_worry, name="step_worry"),
    path("worries/<uuid:worry_id>/hold/", worry_views.hold_conversation, name="hold_conversation"),
    path("worries/<uuid:worry_id>/release/", worry_views.release_conversation, name="release_conversation"),
    path("worries/<uuid:worry_id>/conversation/", worry_views.worry_conversation, name="worry_conversation"),
    path("own-worries/<uuid:worry_id>/", worry_views.own_worry, name="own_worry"),
    path("own-worries/<uuid:worry_id>/answer/", worry_views.answer_worry, name="answer_worry"),
]
