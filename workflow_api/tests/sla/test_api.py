from datetime import timedelta

from tests.factories import open_item

CLOCKS = "/api/v1/sla/clocks/"


def rows(api_as, query=""):
    return api_as("tts.admin").get(CLOCKS + query).json()["results"]


def test_the_running_clocks_are_listed_the_next_due_first(task, desk, api_as):
    step, whole = rows(api_as)
    assert (step["scope"], step["state"], step["step_name"], step["assignee"]["name"], step["ticket"]["number"]) == (
        "step", "running", "Check", "Ann", "TX-1",
    )  # fmt: skip
    assert (whole["scope"], whole["step_name"], whole["assignee"], whole["ticket"]["number"]) == ("task", "", None, "TX-1")


def test_the_clocks_are_filtered_by_the_last_mark_they_reached(task, api_as, frozen_clock, run_due_jobs):
    frozen_clock.advance(timedelta(minutes=13))
    run_due_jobs()
    assert [len(rows(api_as, f"?state={state}")) for state in ("running", "warned", "breached")] == [1, 1, 0]
    frozen_clock.advance(timedelta(minutes=3))
    run_due_jobs()
    assert [len(rows(api_as, f"?state={state}")) for state in ("running", "warned", "breached")] == [1, 0, 1]
    assert rows(api_as, "?state=breached")[0]["target_at"] == open_item().clock.target_at.isoformat().replace("+00:00", "Z")


def test_a_state_that_does_not_exist_is_refused(db, api_as):
    assert api_as("tts.admin").get(CLOCKS + "?state=late").status_code == 400
