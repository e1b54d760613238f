"""What auth publishes looks like the frozen samples, and what it hears of itself is harmless."""

import msgspec
import pytest

from access.services import NewRole, create_role, delete_role, edit_role, grant_role, revoke_role, seed_access
from accounts.services import NewUser, ProfileChange, activate_user, create_user, deactivate_user, edit_profile
from servicekit.contracts import auth
from servicekit.models import AccessFloor, RevokedSession
from servicekit.principal import SYSTEM
from servicekit.testing.contracts import assert_looks_like_samples, samples_for, types_published_by
from servicekit.testing.events import published_events
from tokens.models import SessionKind
from tokens.services import Client, open_session


@pytest.fixture
def everything(db):
    """All that auth can publish, made by its services."""
    seed_access()
    role = create_role(new=NewRole("tts", "helper", "Helper", ["task.act"]), by=SYSTEM)
    user = create_user(new=NewUser(email="erin@example.org", name="Erin", roles=("tts.helper",)), by=SYSTEM)
    edit_role(role_id=role.id, name="Better", permissions=["audit.view"], expected_version=1, by=SYSTEM)
    edit_profile(user_id=user.id, change=ProfileChange(name="New"), expected_version=1, by=SYSTEM)
    grant_role(user_id=user.id, role="tts.agent", by=SYSTEM)
    revoke_role(user_id=user.id, role="tts.helper", by=SYSTEM)
    delete_role(role_id=role.id, by=SYSTEM)
    open_session(user_id=user.id, client=Client(SessionKind.BROWSER, "Firefox"))
    deactivate_user(user_id=user.id, by=SYSTEM)
    activate_user(user_id=user.id, by=SYSTEM)
    return published_events()


def test_every_fact_of_the_contract_is_published_and_looks_like_its_samples(everything):
    assert {type(event) for event in everything} == set(types_published_by(auth))
    for event in everything:
        assert_looks_like_samples(event)


@pytest.mark.parametrize("event", [auth.SessionRevoked, auth.AssignmentGranted, auth.AssignmentRevoked, auth.AssignmentUpdated])
def test_auth_hears_its_own_facts_twice_without_harm(event, deliver):
    samples = samples_for(event)
    assert samples
    for sample in samples:
        deliver(sample, times=2)
        if isinstance(sample, auth.SessionRevoked):
            assert RevokedSession.objects.filter(session_id=sample.session_id).count() == 1
        else:
            assert AccessFloor.objects.get(user_id=sample.user_id).min_version == sample.access_version


def test_a_late_fact_does_not_lower_what_a_later_one_raised(deliver):
    [sample, *_] = samples_for(auth.AssignmentGranted)
    deliver(msgspec.structs.replace(sample, access_version=9))
    deliver(msgspec.structs.replace(sample, access_version=8))
    assert AccessFloor.objects.get(user_id=sample.user_id).min_version == 9
