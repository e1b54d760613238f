"""What is not replaced beside itself: when it is refused, and what is said of it after a deployment."""

import pytest

from production import announcement
from production.deployment.maintaining import advice, insist
from production.errors import RefusedByPreflight, WrongUse
from production.home import Home


@pytest.fixture
def home(tmp_path):
    (tmp_path / "state").mkdir()
    return Home(tmp_path, {"TTS_RELEASE": "1.4.0"})


@pytest.mark.parametrize("part", ["db", "rabbitmq", "nginx"])
def test_what_people_notice_is_done_only_when_somebody_agrees(home, part):
    with pytest.raises(RefusedByPreflight, match="--maintenance does it"):
        insist(home, part, "", is_agreed=False)
    insist(home, part, "", is_agreed=True)


def test_nobody_notices_the_backups(home):
    insist(home, "backup", "1.4.0", is_agreed=False)


def test_a_release_that_the_settings_do_not_name_is_refused_with_what_names_it(home):
    with pytest.raises(RefusedByPreflight, match=r"which is 1\.4\.0\. `Scripts/tts init --yes --set TTS_RELEASE=1\.5\.0` first"):
        insist(home, "nginx", "1.5.0", is_agreed=True)
    with pytest.raises(WrongUse, match="image of its own"):
        insist(home, "rabbitmq", "1.4.0", is_agreed=True)


def test_a_deployment_says_what_it_did_not_touch_and_what_would(home):
    assert advice({"nginx": "1.4.0", "backup": "1.4.0"}, "1.5.0", "1.4.0") == (
        "Not touched: nginx (runs 1.4.0), backup (runs 1.4.0). To bring them to 1.5.0 too: "
        "`Scripts/tts init --yes --set TTS_RELEASE=1.5.0`, then `Scripts/tts up` for all at once, in a quiet minute; "
        "or one by one: `Scripts/tts deploy nginx --maintenance`, `Scripts/tts deploy backup`."
    )
    assert "TTS_RELEASE" not in advice({"db": "1.4.0"}, "1.5.0", "1.5.0")


@pytest.mark.parametrize(("by_tool", "expected"), [(True, False), (False, True)])
def test_a_page_that_a_killed_tool_left_is_not_taken_for_somebodys(home, by_tool, expected):
    assert announcement.is_somebodys(home) is False
    announcement.put_up(home, "soon", by_tool=by_tool)
    assert announcement.is_somebodys(home) is expected
