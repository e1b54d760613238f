"""What preflight is told."""

from production.deployment.checks import findings
from production.deployment.record import DEPLOYMENT, DONE, Journal, begin
from production.home import Home


def test_a_deployment_that_was_cut_off_is_a_warning_until_it_is_taken_up(tmp_path):
    (tmp_path / "state").mkdir()
    home = Home(tmp_path)
    assert findings(home) == []
    record = begin(DEPLOYMENT, release="1.1", strategy="rolling", services=["auth", "ticket"], original={"auth": {}, "ticket": {}})
    Journal(home).open(record)
    (found,) = findings(home)
    assert (found.subject, found.is_warning) == ("deployment", True)
    assert "was cut off" in found.problem
    assert "`Scripts/tts deploy auth ticket --release 1.1 --strategy rolling`" in found.remedy
    Journal(home).close(record, DONE)
    assert findings(home) == []
