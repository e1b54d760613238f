"""Django's admin: open to who may enter it, and for looking only."""

import pytest
from django.test import Client

from comments.models import Comment
from comments.services import post_comment
from servicekit.testing.keys import token_for
from tests.factories import make_conversation

pytestmark = pytest.mark.django_db
PAGES = ["comments/conversation", "comments/comment", "comments/clearance", "stream/streamrow"]


@pytest.fixture
def admin_as(principal):
    def client(role: str) -> Client:
        browser = Client()
        browser.cookies["tts_access"] = token_for(principal(role))
        return browser

    return client


@pytest.fixture
def comment(principal) -> Comment:
    rita = principal()
    thread = make_conversation(requester=rita, assignee=principal("tts.agent"))
    return post_comment(ticket_id=thread.ticket_id, body="Hello", visibility="public", by=rita)


@pytest.mark.parametrize("page", PAGES)
def test_an_admin_looks_at_the_lists_and_adds_nothing(admin_as, comment, page):
    admin = admin_as("tts.admin")
    assert admin.get(f"/admin/messaging/{page}/").status_code == 200
    assert admin.get(f"/admin/messaging/{page}/add/").status_code == 403


def test_an_admin_sees_a_conversation_with_its_people_and_changes_nothing(admin_as, comment):
    admin, address = admin_as("tts.admin"), f"/admin/messaging/comments/conversation/{comment.conversation_id}/change/"
    assert b"assignee" in admin.get(address).content
    assert admin.post(address, {"subject": "Other"}).status_code == 403
    comment.conversation.refresh_from_db()
    assert comment.conversation.subject == "Laptop does not start"


@pytest.mark.parametrize("role", ["hdts.employee", "hdts.coordinator", "tts.agent"])
def test_who_may_not_enter_the_admin_is_sent_to_the_login(admin_as, role):
    answer = admin_as(role).get("/admin/messaging/comments/comment/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/messaging/login/")
