"""The delivery log and the failed bucket: API, admin, command."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from mail.jobs import purge_deliveries
from mail.models import Delivery
from mail.services import discard_delivery, retry_delivery
from servicekit.errors import Forbidden
from servicekit.models import ScheduledJob
from servicekit.testing.keys import token_for
from tests import factories as make

pytestmark = pytest.mark.django_db
URL = "/api/v1/notifications/deliveries/"
FAILED = {"state": "failed", "attempts": 5, "error_stage": "recipient", "last_error": "550 No such user"}


def test_the_log_shows_deliveries_newest_first_with_whom_they_are_for(api_as, frozen_clock):
    rosa = make.make_recipient()
    make.make_delivery()
    frozen_clock.advance(timedelta(seconds=1))
    failed = make.make_delivery(user_id=rosa.id, **FAILED)
    first, second = api_as("tts.admin").get(URL).json()["results"]
    assert (first["id"], first["person"]) == (str(failed.id), {"id": str(rosa.id), "name": "Rosa Requester", "email": "rosa@example.org"})
    assert (first["state"], first["attempts"], first["error_stage"], first["last_error"]) == ("failed", 5, "recipient", "550 No such user")
    assert (second["state"], second["person"]["name"]) == ("pending", None)


def test_the_log_is_filtered_by_one_or_more_states(api_as):
    client = api_as("tts.admin")
    failed, unknown, _ = make.make_delivery(**FAILED), make.make_delivery(state="unknown"), make.make_delivery()
    assert [row["id"] for row in client.get(URL, {"state": "failed"}).json()["results"]] == [str(failed.id)]
    assert {row["id"] for row in client.get(URL, {"state": "failed,unknown"}).json()["results"]} == {str(failed.id), str(unknown.id)}


def test_a_state_that_does_not_exist_is_refused_by_name(api_as):
    answer = api_as("tts.admin").get(URL, {"state": "failed,lost"})
    assert (answer.status_code, answer.json()["fields"]) == (400, {"state": ["Unknown state: lost"]})


def test_the_log_takes_as_many_queries_for_25_as_for_1(api_as, query_budget):
    client = api_as("tts.admin")
    for _ in range(25):
        make.make_delivery(user_id=make.make_recipient().id)
    with query_budget("list deliveries"):
        assert len(client.get(URL).json()["results"]) == 25


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_a_retry_begins_anew_and_arrives(api_as, sink, run_due_jobs, state):
    rosa = make.make_recipient()
    delivery = make.make_delivery(user_id=rosa.id, **FAILED | {"state": state, "doubts": 2})
    answer = api_as("tts.admin").post(f"{URL}{delivery.id}/retry/")
    assert (answer.status_code, answer.json()["state"], answer.json()["attempts"]) == (200, "pending", 0)
    run_due_jobs()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, len(sink.mails)) == ("sent", 1, 1)


@pytest.mark.parametrize("state", ["pending", "failed", "unknown"])
def test_a_discarded_delivery_is_not_sent(api_as, sink, run_due_jobs, principal, state):
    delivery = make.make_delivery(user_id=make.make_recipient().id, **FAILED | {"state": state})
    answer = api_as("tts.admin").post(f"{URL}{delivery.id}/discard/")
    assert (answer.status_code, answer.json()["state"]) == (200, "discarded")
    run_due_jobs()
    assert (sink.mails, ScheduledJob.objects.count()) == ([], 0)


@pytest.mark.parametrize("action", ["retry", "discard"])
@pytest.mark.parametrize("state", ["sent", "sending", "discarded"])
def test_a_delivery_that_is_settled_or_under_way_is_left_alone(api_as, action, state):
    delivery = make.make_delivery(state=state, sent_at=make.AT if state == "sent" else None)
    answer = api_as("tts.admin").post(f"{URL}{delivery.id}/{action}/")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
    assert (Delivery.objects.get().state, ScheduledJob.objects.count()) == (state, 0)


def test_a_delivery_that_does_not_exist_is_not_found(api_as):
    assert api_as("tts.admin").post(f"{URL}{uuid4()}/retry/").status_code == 404


@pytest.mark.parametrize("move", [retry_delivery, discard_delivery])
def test_the_service_itself_refuses_those_who_do_not_manage(principal, move):
    delivery = make.make_delivery(**FAILED)
    with pytest.raises(Forbidden):
        move(delivery_id=delivery.id, by=principal("hdts.coordinator"))
    assert Delivery.objects.get().state == "failed"


@pytest.fixture
def enter_admin(client, principal, settings):
    def enter(role):
        client.cookies[settings.ACCESS_COOKIE] = token_for(principal(role))
        return client

    return enter


ADMIN = "/admin/notifications/mail/delivery/"


def test_the_admin_lists_deliveries(enter_admin):
    make.make_delivery(**FAILED)
    page = enter_admin("tts.admin").get(ADMIN)
    assert page.status_code == 200
    assert "550 No such user" in page.content.decode()


@pytest.mark.parametrize(("action", "state"), [("retry", "pending"), ("discard", "discarded")])
def test_the_admin_moves_what_failed(enter_admin, action, state):
    delivery = make.make_delivery(**FAILED)
    answer = enter_admin("tts.admin").post(ADMIN, {"action": action, "_selected_action": [str(delivery.id)]})
    assert (answer.status_code, Delivery.objects.get().state) == (302, state)


def test_the_admin_names_what_it_cannot_move(enter_admin):
    delivery = make.make_delivery(state="sent", sent_at=make.AT)
    page = enter_admin("tts.admin").post(ADMIN, {"action": "retry", "_selected_action": [str(delivery.id)]}, follow=True)
    assert "A delivery that is sent cannot retry." in page.content.decode()
    assert Delivery.objects.get().state == "sent"


def test_somebody_in_the_admin_who_does_not_manage_notifications_is_offered_no_action(enter_admin):
    delivery = make.make_delivery(**FAILED)
    client = enter_admin("hdts.admin")
    assert 'value="retry"' not in client.get(ADMIN).content.decode()
    client.post(ADMIN, {"action": "retry", "_selected_action": [str(delivery.id)]})
    assert Delivery.objects.get().state == "failed"


@pytest.mark.parametrize(
    "path",
    [
        "notices/notice", "preferences/preference", "recipients/recipient", "recipients/ticketpeople",
        "servicekit/deadletter", "servicekit/outboxevent", "servicekit/scheduledjob",
    ],
)  # fmt: skip
def test_the_admin_shows_every_table_and_lets_nobody_add_to_it(enter_admin, path):
    make.make_recipient()
    client = enter_admin("platform.superuser")
    assert [client.get(f"/admin/notifications/{path}/{end}").status_code for end in ("", "add/")] == [200, 403]


def test_settled_deliveries_are_forgotten_after_90_days_and_failed_ones_are_kept(frozen_clock):
    make.make_delivery(state="sent", sent_at=frozen_clock.now)
    failed = make.make_delivery(**FAILED)
    frozen_clock.advance(timedelta(days=90, seconds=1))
    purge_deliveries()
    assert list(Delivery.objects.all()) == [failed]


def test_mail_test_sends_a_mail_by_the_same_path(sink):
    out = StringIO()
    call_command("mail_test", "--to", "ops@example.org", stdout=out)
    assert out.getvalue() == "The server took the mail to ops@example.org.\n"
    (mail,) = sink.mails
    assert (mail["To"], mail["X-TTS-Event"], mail["Auto-Submitted"]) == ("ops@example.org", "mail.test", "auto-generated")


def test_mail_test_names_the_stage_of_a_failure():
    with pytest.raises(CommandError, match=r"The mail was not taken; it may be later. Stage: connect. ConnectionRefusedError"):
        call_command("mail_test", "--to", "ops@example.org")


def test_mail_test_can_only_greet(sink):
    out = StringIO()
    call_command("mail_test", "--greet", stdout=out)
    assert out.getvalue() == "The server took our log-in.\n"
    assert sink.mails == []


def test_a_greeting_names_the_stage_of_a_failure(sink, settings):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "nobody", "wrong"
    with pytest.raises(CommandError, match=r"Stage: (auth|connect)"):
        call_command("mail_test", "--greet")
    assert sink.mails == []


def test_mail_test_refuses_what_is_no_address(sink):
    with pytest.raises(CommandError, match=r"Stage: recipient. this is not an address"):
        call_command("mail_test", "--to", "nobody")
    assert sink.mails == []
