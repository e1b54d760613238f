from uuid import UUID, uuid4

import pytest

from comments import services
from comments.errors import InternalNoteForbidden, TicketNotKnownYet
from comments.models import Comment, Conversation
from servicekit.contracts import Person
from servicekit.contracts.messaging import CommentPosted
from servicekit.contracts.permissions import Permission
from servicekit.contracts.workflow import TaskCompleted, TaskTransferred
from tests.factories import Story, forget_told, make_conversation, may_read_internal, stream, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(principal):
    return principal("hdts.employee", name="Rita Request")


@pytest.fixture
def olga(principal):
    return principal("hdts.coordinator", name="Olga Owner")


@pytest.fixture
def alan(principal):
    return principal("tts.agent", name="Alan Agent")


@pytest.fixture
def thread(rita, olga, alan) -> Conversation:
    return quiet(requester=rita, owner=olga, assignee=alan)


def quiet(**people) -> Conversation:
    """A conversation that nobody was told of yet."""
    conversation = make_conversation(**people)
    forget_told()
    return conversation


def say(thread: Conversation, by, body: str = "Have you tried **another** outlet?", visibility: str = "public") -> Comment:
    return services.post_comment(ticket_id=thread.ticket_id, body=body, visibility=visibility, by=by)


def assert_nothing_happened(published) -> None:
    assert Comment.objects.count() == 0
    assert list(Conversation.objects.values_list("public_count", "internal_count")) == [(0, 0)]
    assert published() == []
    assert stream() == []


def test_a_public_answer_of_the_agent_is_told_to_the_owner_and_the_requester(thread, rita, olga, alan, published, frozen_clock):
    comment = say(thread, alan)
    assert (comment.number, comment.visibility, comment.author_id, comment.author_name) == (1, "public", alan.id, "Alan Agent")
    assert comment.html == "<p>Have you tried <strong>another</strong> outlet?</p>\n"
    assert published() == [
        CommentPosted(
            comment_id=comment.id,
            version=1,
            ticket_id=thread.ticket_id,
            number="TTS-7K3M9QXD",
            subject="Laptop does not start",
            author=Person(id=alan.id, name="Alan Agent"),
            visibility="public",
            excerpt="Have you tried another outlet?",
            audience=tuple(sorted((rita.id, olga.id))),
            posted_at=frozen_clock.now,
        )
    ]


def test_browsers_hear_a_comment_on_the_thread_of_its_visibility(thread, alan):
    public, note = say(thread, alan), say(thread, alan, "Warranty is over", "internal")
    first, second = told()
    assert first[:2] == (f"ticket:{thread.ticket_id}:public", "comment.posted")
    assert second[:2] == (f"ticket:{thread.ticket_id}:internal", "comment.posted")
    assert (first[2]["id"], second[2]["id"]) == (str(public.id), str(note.id))


def test_an_internal_note_is_told_to_the_desk_and_never_to_the_requester(thread, olga, alan, published):
    say(thread, alan, "Warranty is over", "internal")
    (posted,) = published(CommentPosted)
    assert (posted.visibility, posted.audience) == ("internal", (olga.id,))


def test_an_internal_note_is_not_told_to_a_participant_who_may_not_read_notes(thread, olga, alan, published):
    may_read_internal(olga.id, version=2, permissions=())
    say(thread, alan, "Warranty is over", "internal")
    assert published(CommentPosted)[0].audience == ()


def test_the_requester_answers_and_the_desk_hears(thread, rita, olga, alan, published):
    say(thread, rita, "Yes, twice")
    assert published(CommentPosted)[0].audience == tuple(sorted((olga.id, alan.id)))


def test_the_requester_may_write_no_internal_note_and_nothing_changes(thread, rita, published):
    with pytest.raises(InternalNoteForbidden):
        say(thread, rita, visibility="internal")
    assert_nothing_happened(published)


def test_on_his_own_ticket_even_an_admin_writes_no_internal_note(principal, published):
    boss = principal("platform.superuser")
    thread = quiet(requester=boss)
    with pytest.raises(InternalNoteForbidden):
        say(thread, boss, visibility="internal")
    assert_nothing_happened(published)


def test_a_participant_without_the_permission_may_write_no_internal_note_and_nothing_changes(principal, published):
    trainee = principal("tts.agent", permissions=[Permission.TASK_ACT])
    thread = quiet(assignee=trainee)
    with pytest.raises(InternalNoteForbidden):
        say(thread, trainee, visibility="internal")
    assert_nothing_happened(published)


def test_who_sees_all_tickets_but_may_not_write_notes_answers_in_public_only(thread, principal, published):
    auditor = principal("hdts.employee", permissions=[Permission.TICKET_VIEW_ALL])
    with pytest.raises(InternalNoteForbidden):
        say(thread, auditor, visibility="internal")
    assert_nothing_happened(published)
    assert say(thread, auditor).number == 1


@pytest.mark.parametrize("role", ["hdts.employee", "tts.agent"])
def test_an_outsider_is_told_that_the_ticket_is_not_known_and_nothing_changes(thread, principal, published, role):
    with pytest.raises(TicketNotKnownYet):
        say(thread, principal(role))
    assert_nothing_happened(published)


def test_a_comment_on_a_ticket_nobody_heard_of_is_refused_and_nothing_is_published(rita, published):
    with pytest.raises(TicketNotKnownYet) as refused:
        services.post_comment(ticket_id=uuid4(), body="Hello", visibility="public", by=rita)
    assert (refused.value.status, refused.value.code, refused.value.retry_after) == (404, "ticket_not_known_yet", 1)
    assert published() == []
    assert stream() == []


def test_public_comments_are_numbered_without_a_gap_where_notes_stand(thread, rita, alan):
    numbers = [
        say(thread, by, visibility=v).number for by, v in [(rita, "public"), (alan, "internal"), (alan, "internal"), (alan, "public")]
    ]
    assert numbers == [1, 1, 2, 2]


def test_a_former_assignee_may_still_write_but_is_not_told_any_more(principal, rita, alan, published):
    story = Story(requester=rita.person, owner=None)
    successor = principal("tts.agent")
    services.record_task(story.item(assignee=alan.person, version=2))
    services.record_task(
        story.item(TaskTransferred, assignee=successor.person, version=3, by=successor.person, previous=alan.person, reason="ill")
    )
    services.post_comment(ticket_id=story.ticket_id, body="Welcome", visibility="public", by=rita)
    services.post_comment(ticket_id=story.ticket_id, body="Good luck", visibility="public", by=alan)
    assert [set(event.audience) for event in published(CommentPosted)] == [{successor.id}, {rita.id, successor.id}]


def test_when_the_work_is_done_the_owner_is_still_told_and_the_assignee_is_not(rita, olga, alan, published):
    story = Story(requester=rita.person, owner=olga.person)
    services.record_task(story.item(assignee=alan.person, version=2))
    services.record_task(story.task(TaskCompleted, version=3, by=alan.person, completed_at=story.ticket().submitted_at))
    services.post_comment(ticket_id=story.ticket_id, body="It broke again", visibility="public", by=rita)
    assert published(CommentPosted)[0].audience == (olga.id,)


def test_the_excerpt_is_plain_text_of_at_most_200_characters(thread, rita, published):
    say(thread, rita, "# Title\n\n<script>x</script> a & b\n\n- " + "word " * 100)
    excerpt = published(CommentPosted)[0].excerpt
    assert excerpt.startswith("Title <script>x</script> a & b word word")
    assert len(excerpt) == 200


def test_html_in_a_comment_is_shown_and_not_run(thread, rita):
    assert say(thread, rita, "<img src=x onerror=alert(1)> [x](javascript:alert(1))").html == (
        "<p>&lt;img src=x onerror=alert(1)&gt; [x](javascript:alert(1))</p>\n"
    )


@pytest.mark.django_db(transaction=True)
def test_twelve_comments_at_once_are_numbered_1_to_12(thread, rita, at_once):
    results = at_once([lambda: say(thread, rita).number] * 12)
    assert sorted(results) == list(range(1, 13))
    positions = {row.body["number"]: row.number for row in stream()}
    assert sorted(positions, key=positions.__getitem__) == list(range(1, 13))


def test_ids_of_comments_do_not_tell_how_many_there_are(thread, rita):
    assert isinstance(say(thread, rita).id, UUID)
    assert say(thread, rita).id.version == 4
