"""The four documents: every figure from what was measured, and what is not known says so."""

import json

import pytest

from production.drift import Drift
from production.reports import acceptance, completion, current, deployments, live
from production.reports.shape import Document, Section, said
from production.reports.situation import Situation, ago, share
from production.state import State
from production.watching.memory import Look, Memory, Outage
from production.watching.probes import Probe

DONE = {
    "id": "20260313T090000-1",
    "kind": "deployment",
    "release": "1.4.2",
    "strategy": "canary",
    "services": ["ticket"],
    "who": "rosa",
    "started": "2026-03-13T08:59:00+00:00",
    "finished": "2026-03-13T09:00:00+00:00",
    "outcome": "done",
    "seconds": 60.0,
    "downtime_seconds": 0.0,
    "probes": 120,
    "failed_probes": 0,
    "requests": 3000,
    "errors": 0,
    "p95_before_ms": {"ticket": 100.0},
    "p95_during_ms": {"ticket": 104.0},
    "p95_after_ms": {"ticket": 90.0},
    "steps": [{"what": "start the new release beside the old", "seconds": 12.5}],
    "migrations": ["tickets.0007"],
    "rollback_reason": "",
}
BACK = DONE | {
    "id": "2",
    "outcome": "rolled back",
    "errors": 9,
    "failed_probes": 3,
    "downtime_seconds": 1.5,
    "rollback_reason": "5xx of 40 %",
}


@pytest.fixture
def situation(home, reading, memory):
    def make(*, memory=memory, drift=(), **changes):
        found = reading(**changes)
        return Situation(home, found, memory, State.load(home), drift)

    return make


def facts(document, title):
    return next(section.facts for section in document.sections if section.title == title)


def table(document, title):
    return next(rows for section in document.sections for name, rows in section.tables.items() if name == title)


class TestShape:
    def test_a_document_is_data_and_markdown(self):
        document = Document(
            "T",
            "site",
            "now",
            "cmd",
            [Section("S", {"a": None, "b": True}, {"Rows": [{"x": 1, "y": 0.5}, {"x": "|"}], "Empty": []}, ["R."])],
        )
        assert document.markdown() == (
            "# T\n\nsite, now. Written by `cmd` from what is measured and recorded.\n\n## S\n\n"
            "| | |\n|---|---|\n| a | not known |\n| b | yes |\n\n"
            "**Rows**\n\n| x | y |\n|---|---|\n| 1 | 0.5 |\n| \\| | not known |\n\n**Empty**\n\nNone.\n\nR.\n"
        )
        assert json.loads(json.dumps(document.data()))["sections"][0]["tables"]["Rows"][0] == {"x": 1, "y": 0.5}

    @pytest.mark.parametrize(
        ("value", "words"), [(None, "not known"), (False, "no"), (1.0, "1"), (0.125, "0.125"), ("a\nb", "a b"), (0, "0")]
    )
    def test_values_in_words(self, value, words):
        assert said(value) == words

    def test_shares_show_their_counts(self):
        assert share(2, 3) == "66.67 % (2 of 3)"
        assert share(0, 0) is None

    @pytest.mark.parametrize(
        ("seconds", "words"), [(30, "30 s ago"), (600, "10 min ago"), (9000, "2 h ago"), (400000, "4.6 days ago"), (None, None)]
    )
    def test_ages_in_the_unit_people_use(self, seconds, words):
        assert ago(seconds) == words


class TestCurrent:
    def test_containers_are_shown_with_their_memory_and_finished_jobs_are_not(self, situation, container):
        document = current.write(
            situation(containers=[container("auth-service", restarts=1), container("auth-migrate", state="exited", health="")])
        )
        (row,) = table(document, "Containers")
        assert (row["container"], row["state"], row["restarts"], row["memory MiB"], row["limit MiB"]) == (
            "tts-auth-service",
            "running, healthy",
            1,
            50.0,
            200.0,
        )

    def test_what_the_disk_and_the_network_carried_is_shown(self, situation):
        resources = facts(current.write(situation()), "Resources")
        assert resources["Disk read, written MiB since the server started"] == "3072.0, 5120.0"
        assert resources["Network received, sent MiB since then"] == "7168.0, 9216.0"

    def test_drift_is_counted_or_not_known(self, situation):
        drifted = situation(drift=[Drift("auth", "it runs another image", "up")])
        assert facts(current.write(drifted), "Configuration")["Differences between declared and running"] == 1
        assert facts(current.write(situation(drift=None)), "Configuration")["Differences between declared and running"] is None

    def test_issues_are_those_of_watch(self, situation, memory):
        memory.outages.append(Outage("ticket", "down", memory.at - 600, memory.at - 300, looks=5))
        document = current.write(situation(ticket={"dead_letters": 3}))
        assert [(row["severity"], row["condition"], row["remedy"]) for row in table(document, "Now")] == [
            ("warn", "DLQNotEmpty/ticket", "runbook.md#dlqnotempty")
        ]
        assert table(document, "Last outages") == [
            {"part": "ticket", "state": "down", "began": "2026-03-14T11:50:00Z", "ended": "2026-03-14T11:55:00Z", "looks": 5}
        ]

    def test_what_the_backup_says_is_shown(self, situation):
        document = current.write(situation())
        assert facts(document, "Backups") == {
            "Restores tried": 1,
            "Last good one": "4.4 days ago",
            "RTO s (target 900)": 212.0,
            "RPO s (target 300)": 14.9,
        }
        assert table(document, "Layers") == []


class TestLive:
    def test_without_watch_the_last_minutes_are_not_known(self, situation):
        document = live.write(situation(memory=Memory()))
        assert facts(document, "Health") == {"State": "up", "Last look of watch": None, "Watch runs": False}
        assert set(facts(document, "Errors").values()) == {None}

    def test_the_last_minutes_are_counted_from_what_watch_saw(self, situation, memory):
        memory.ring = [Look(memory.at - 60, {"edge_requests": 100, "edge_5xx": 1}), Look(memory.at, {"edge_requests": 160, "edge_5xx": 3})]
        document = live.write(situation())
        assert facts(document, "Performance") == {"Requests in 10 min": 60}
        assert facts(document, "Errors")["Requests that failed (5xx) in 10 min"] == 2
        assert facts(document, "Errors")["Mails tried in 10 min"] is None

    def test_each_service_says_how_it_is(self, situation):
        document = live.write(situation(unready={"auth": "", "ticket": "worker silent for 75 s"}, ticket={"outbox_oldest_seconds": 7.25}))
        rows = {row["service"]: row for row in table(document, "By service")}
        assert (rows["auth"]["ready"], rows["ticket"]["ready"], rows["workflow"]["ready"]) == ("yes", "worker silent for 75 s", None)
        assert rows["ticket"]["outbox oldest s"] == 7.2

    def test_probes_are_shown_as_they_answered(self, situation):
        document = live.write(situation(probes=[Probe("auth", "", 0.0123), Probe("ticket", "answers 502", 0.5)]))
        assert table(document, "Front door") == [
            {"part": "auth", "answer": "good", "ms": 12},
            {"part": "ticket", "answer": "answers 502", "ms": 500},
        ]


class TestDeployments:
    def indicators(self, entries):
        return {row["indicator"]: (row["measured"], row["met"]) for row in deployments.metrics(entries)}

    def test_without_deployments_nothing_is_claimed(self):
        assert set(self.indicators([]).values()) == {(None, None)}

    def test_indicators_are_counted_over_what_happened(self):
        assert self.indicators([DONE, DONE, BACK]) == {
            "Deployment success rate": ("66.67 % (2 of 3)", False),
            "Mean duration": ("60 s", True),
            "Rollback rate": ("33.33 % (1 of 3)", False),
            "Without downtime": ("66.67 % (2 of 3)", False),
            "Performance impact": ("p95 at worst ×1.04 (3 measured)", True),
            "Failed requests meanwhile": ("0.10 % (9 of 9000)", False),
        }

    def test_deployments_without_probes_are_not_called_free_of_downtime(self):
        assert self.indicators([DONE | {"probes": 0}])["Without downtime"] == (None, None)

    def test_rollbacks_by_hand_are_listed_and_not_counted(self, situation):
        document = deployments.write(situation(deployments=[DONE, BACK | {"kind": "rollback"}]))
        assert facts(document, "Success metrics") == {"Deployments recorded": 1, "Other entries (rollbacks by hand, restarts)": 1}
        assert [row["kind"] for row in table(document, "Deployments, rollbacks, restarts")] == ["rollback", "deployment"]

    def test_only_the_last_hundred_count(self, situation):
        document = deployments.write(situation(deployments=[BACK] * 50 + [DONE] * 100))
        assert {row["indicator"]: row["measured"] for row in table(document, "Against the targets")}[
            "Deployment success rate"
        ] == "100.00 % (100 of 100)"

    def test_strategies_are_told_apart(self, situation):
        document = deployments.write(situation(deployments=[DONE, BACK | {"strategy": "rolling"}]))
        assert table(document, "Strategies") == [
            {"strategy": "canary", "deployments": 1, "done": 1, "rolled back": 0, "mean s": 60.0, "downtime s": 0.0},
            {"strategy": "rolling", "deployments": 1, "done": 0, "rolled back": 1, "mean s": 60.0, "downtime s": 1.5},
        ]

    def test_a_record_of_another_release_with_less_in_it_is_no_error(self):
        assert deployments.row({"kind": "deployment"})["outcome"] is None
        assert self.indicators([{"kind": "deployment"}])["Deployment success rate"] == ("0.00 % (0 of 1)", False)


class TestCompletion:
    def criteria(self, document):
        return {row["criterion"]: row["met"] for row in table(document, "Criteria")}

    def backed_up(self, reading):
        from production.watching.exposition import Samples

        page = Samples()
        page.add("backup_last_success_timestamp_seconds", reading().at - 3600, layer="base")
        return {"backup": page}

    def test_all_that_is_wanted_certifies(self, situation, home, reading, memory):
        home.values["ALERT_EMAIL"] = "ops@example.org"
        document = completion.write(situation(deployments=[DONE], pages=self.backed_up(reading)))
        assert set(self.criteria(document).values()) == {True}
        assert facts(document, "Go-live certification") == {"Production readiness": "certified"}

    def test_one_thing_that_is_not_known_does_not(self, situation, home, reading):
        home.values["ALERT_EMAIL"] = "ops@example.org"
        document = completion.write(situation(deployments=[DONE | {"probes": 0}], pages=self.backed_up(reading)))
        assert facts(document, "Go-live certification") == {"Production readiness": "not certified: 0 not met, 1 not known"}

    @pytest.mark.parametrize(
        ("changes", "criterion"),
        [
            ({"deployments": [BACK]}, "The deployment ended as it was meant to"),
            ({"deployments": [BACK]}, "No probe failed meanwhile"),
            ({"deployments": [DONE | {"errors": 16}]}, "Fewer than 0.5 % of requests failed meanwhile"),
            ({"deployments": [DONE | {"p95_during_ms": {"ticket": 106.0}}]}, "p95 rose by less than 5 %"),
            ({"probes": [Probe("ticket", "answers 502", 0.1)]}, "Every request through the front door is answered"),
            ({"probes": [Probe("ticket", "answers 502", 0.1)]}, "No condition that pages somebody"),
            ({"drift": [Drift("auth", "other image", "up")]}, "What runs is what is declared"),
            ({"drills": []}, "A restore tried within 8 days, in 15 min, losing at most 5 min"),
            ({"memory": Memory()}, "Somebody is told of what goes wrong"),
        ],
    )
    def test_each_criterion_can_be_missed(self, situation, changes, criterion):
        assert self.criteria(completion.write(situation(**changes)))[criterion] is False

    def test_without_a_deployment_it_says_so(self, situation):
        document = completion.write(situation())
        assert facts(document, "Deployment summary")["Deployment"] == "none recorded: the system was started by `Scripts/tts up`"
        assert self.criteria(document)["The deployment ended as it was meant to"] is None

    def test_an_acceptance_counts_for_the_release_that_it_names(self, situation, home):
        (home.state / "deployments.jsonl").write_text(json.dumps(DONE) + "\n")
        assert acceptance.record(home, by="Erin", is_accepted=False, remarks="the button is gone") == "1.4.2"
        told = facts(completion.write(situation(deployments=[DONE])), "User acceptance")
        assert (told["Accepted"], told["By"], told["Remarks"]) == (False, "Erin", "the button is gone")
        assert facts(completion.write(situation(deployments=[DONE | {"release": "1.5.0"}])), "User acceptance") == {"Accepted": None}

    def test_without_a_deployment_it_is_the_declared_release_that_is_accepted(self, home, tts):
        done = tts("report", "accept", "--by", "Erin")
        assert (done.returncode, done.stdout, acceptance.read(home, None)["release"]) == (0, "local: accepted by Erin.\n", "local")

    def test_performance_is_shown_by_phase(self, situation):
        document = completion.write(situation(deployments=[DONE]))
        assert table(document, "p95 in ms") == [{"service": "ticket", "before": 100.0, "during": 104.0, "after": 90.0}]


@pytest.mark.parametrize("write", [current.write, live.write, deployments.write, completion.write])
def test_every_document_stands_even_where_nothing_runs(situation, write):
    document = write(situation(containers=None, probes=[], certificate=None, drills=[], pages={}, drift=None, memory=Memory(), use={}))
    assert "not known" in document.markdown()
    assert json.loads(json.dumps(document.data()))["title"] == document.title
