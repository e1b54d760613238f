"""Search, in PostgreSQL."""

import pytest

from tests import factories
from tickets.models import Ticket

pytestmark = pytest.mark.usefixtures("seeded")
PATH = "/api/v1/tickets/"


@pytest.fixture
def client(api_as):
    factories.new_ticket(subject="Café printer is jammed", description="The tray on the second floor.")
    factories.new_ticket(subject="VPN drops every hour", description="Since the update of the Straße gateway.")
    factories.new_ticket(subject="100% CPU_load", description="O'Brien's machine")
    return api_as("hdts.coordinator")


def found(client, text):
    response = client.get(PATH, {"q": text})
    assert response.status_code == 200
    return sorted(row["subject"].split()[0] for row in response.json()["results"])


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("printer", ["Café"]),
        ("PRINTER cafe", ["Café"]),
        ("café", ["Café"]),
        ("prin", ["Café"]),
        ("upd", ["VPN"]),
        ("second floor tray", ["Café"]),
        ("printer vpn", []),
        ("strasse", ["VPN"]),
        ("gatew", ["VPN"]),
        ("inter", ["Café"]),
        ("printr", ["Café"]),
        ("O'Brien", ["100%"]),
        ("100%", ["100%"]),
        ("CPU_load", ["100%"]),
        ("zebra", []),
        ("   ", ["100%", "Café", "VPN"]),
    ],
)
def test_words_their_beginnings_and_their_misspellings_are_found(client, text, subjects):
    assert found(client, text) == subjects


@pytest.mark.parametrize(
    "text",
    ["'", '"', "\\", "%", "_", "a & | ! ( ) :*", "ŉ", "＼", "foo:*'", "<->", "½ №", "--", "/*", "\u202e", "😀" * 50, "x" * 200, "TTS-"],
)
def test_no_text_breaks_the_search(client, text):
    assert client.get(PATH, {"q": text}).status_code == 200


def test_a_number_finds_its_ticket_alone_however_it_is_typed(client):
    ticket = Ticket.objects.get(subject__startswith="VPN")
    assert found(client, ticket.number) == ["VPN"]
    assert found(client, ticket.number.lower().removeprefix("tts-")) == ["VPN"]
    assert found(client, "TTS-00000000") == []


def test_part_of_a_number_finds_its_ticket(client):
    ticket = Ticket.objects.get(subject__startswith="VPN")
    assert "VPN" in found(client, ticket.number[:9])


def test_a_word_of_eight_letters_is_a_word_and_no_number(client):
    factories.new_ticket(subject="My password expired")
    assert found(client, "password") == ["My"]


def test_what_was_edited_is_found_by_its_new_words_only(client):
    ticket = Ticket.objects.get(subject__startswith="VPN")
    Ticket.objects.filter(id=ticket.id).update(subject="Wifi is slow", description="")
    assert found(client, "wifi") == ["Wifi"]
    assert found(client, "gateway") == []


def test_nobody_finds_what_he_may_not_see(client, api_as):
    assert found(api_as("hdts.employee"), "printer") == []
    assert found(api_as("hdts.employee"), Ticket.objects.get(subject__startswith="VPN").number) == []
