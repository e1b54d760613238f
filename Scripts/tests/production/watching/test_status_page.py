"""The public page: what it says, and what it must not."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from production.lock import Work
from production.status_page import document, history, page
from production.status_page.components import COMPONENTS, states
from production.watching.conditions import counters
from production.watching.edge_log import Traffic
from production.watching.memory import Day, Look, Outage
from production.watching.probes import PATHS, Probe

MINUTE = 60.0


def probes(**problems):
    return [Probe(target, problems.get(target, ""), 0.02) for target in PATHS]


def state_of(reading, memory):
    return {key: state for key, state in states(reading, memory).items() if state != "up"}


class TestStates:
    def test_all_is_up_where_all_is_well(self, reading, memory):
        assert set(states(reading(), memory).values()) == {"up"}

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"probes": probes(ticket="answers 502")}, {"ticket": "down"}),
            ({"unready": {"ticket": "worker silent for 75 s"}}, {"ticket": "degraded"}),
            ({"probes": [*probes()[1:], Probe("frontend", "", 2.5)]}, {"frontend": "degraded"}),
            ({"probes": probes()[1:]}, {"frontend": "unknown"}),
            ({"auth": {"worker_heartbeat_age_seconds": 200}}, {"background": "degraded"}),
            ({"notification": {"worker_heartbeat_age_seconds": 200}}, {"background": "degraded", "mail": "down"}),
            ({"ticket": {"outbox_oldest_seconds": 90}}, {"background": "degraded"}),
        ],
    )
    def test_each_part_is_judged_by_what_people_notice(self, reading, memory, changes, expected):
        assert state_of(reading(**changes), memory) == expected

    @pytest.mark.parametrize(("failed", "expected"), [(1, {}), (4, {"mail": "degraded"}), (10, {"mail": "down"})])
    def test_mail_is_judged_by_the_last_ten_minutes(self, reading, memory, failed, expected):
        memory.ring = [
            Look(memory.at - 60, {"mail_tried": 0, "mail_failed": 0}),
            Look(memory.at, {"mail_tried": 10, "mail_failed": failed}),
        ]
        assert state_of(reading(), memory) == expected

    def test_during_maintenance_nothing_is_down(self, reading, memory):
        found = states(reading(is_maintenance=True, probes=probes(ticket="answers 503")), memory)
        assert set(found.values()) == {"maintenance"}

    @pytest.mark.parametrize(("minutes", "expected"), [(59, "maintenance"), (61, "down")])
    def test_work_that_takes_longer_than_an_hour_is_no_excuse(self, reading, memory, minutes, expected):
        memory.was_well = True
        found = reading(probes=probes(ticket="answers 502"), work=Work("up --build", memory.at - minutes * MINUTE))
        assert state_of(found, memory) == {"ticket": expected}


class TestHistory:
    def look(self, memory, reading, *problems):
        for problem in problems:
            memory.ring.append(Look(memory.at, counters(reading())))
            history.follow(memory, reading(probes=probes(**({"ticket": problem} if problem else {}))))
            memory.at += MINUTE

    def test_looks_are_counted_by_day_and_state(self, reading, memory):
        self.look(memory, reading, "", "", "answers 502", "")
        assert memory.days["2026-03-14"].components["ticket"] == [3, 0, 1, 0]
        assert memory.days["2026-03-14"].components["auth"] == [4, 0, 0, 0]

    def test_one_bad_look_is_no_outage_two_are(self, reading, memory):
        self.look(memory, reading, "", "answers 502", "", "answers 502", "answers 502", "")
        (outage,) = history.real_outages(memory)
        assert (outage.component, outage.state, outage.looks, outage.until - outage.since) == ("ticket", "down", 2, 2 * MINUTE)
        assert len(memory.outages) == 1

    def test_an_outage_lasts_until_it_ends(self, reading, memory):
        self.look(memory, reading, "answers 502", "answers 502", "answers 502")
        (outage,) = history.real_outages(memory)
        assert (outage.looks, outage.until) == (3, None)

    @pytest.mark.parametrize(
        ("counts", "expected"),
        [([[99, 0, 1, 0]], 0.99), ([[50, 50, 0, 0]], 1.0), ([[0, 0, 0, 60]], None), ([[99, 0, 1, 500], [0, 0, 0, 0]], 0.99), ([], None)],
    )
    def test_uptime_leaves_maintenance_out_and_calls_slow_available(self, counts, expected):
        assert history.uptime(counts) == expected

    def test_outages_of_last_quarter_are_forgotten(self, reading, memory):
        memory.outages = [Outage("ticket", "down", memory.at - 91 * 86400, memory.at - 90.5 * 86400, looks=9)]
        self.look(memory, reading, "")
        assert memory.outages == []


class TestDocument:
    def write(self, home, reading, memory):
        return document.write_down(home, reading, memory)

    def test_outages_that_come_and_go_together_are_one_incident(self, home, reading, memory):
        at = memory.at
        for key in ("auth", "ticket"):
            memory.outages.append(Outage(key, "down", at - 600, at - 480, looks=3))
        memory.outages.append(Outage("mail", "degraded", at - 6000, None, looks=90))
        assert self.write(home, reading(), memory)["incidents"] == [
            {
                "components": ["Sign-in and accounts", "Tickets"],
                "state": "down",
                "began_at": "2026-03-14T11:50:00Z",
                "ended_at": "2026-03-14T11:52:00Z",
                "minutes": 2,
            },
            {"components": ["E-mail"], "state": "degraded", "began_at": "2026-03-14T10:20:00Z", "ended_at": None, "minutes": None},
        ]

    def test_the_last_deployment_and_backup_are_told_without_names_of_people(self, home, reading, memory):
        deployments = [{"finished": "2026-03-13T09:00:00+00:00", "release": "1.4.2", "outcome": "rolled back", "who": "rosa"}]
        found = self.write(home, reading(deployments=deployments, backup={"layers": {"base": {"at": "2026-03-14T02:00:00+00:00"}}}), memory)
        assert found["last_deployment"] == {"finished_at": "2026-03-13T09:00:00Z", "release": "1.4.2", "outcome": "rolled back by itself"}
        assert found["backup"] == {"made_at": "2026-03-14T02:00:00Z", "recoverable_until": None}

    def test_what_is_not_known_is_null(self, home, reading, memory):
        found = self.write(home, reading(certificate=None), memory)
        assert (found["last_deployment"], found["backup"], found["answers_today"], found["certificate_expires"]) == (None,) * 4
        assert {part["uptime"] for part in found["components"]} == {None}

    def test_todays_answers_are_counted(self, home, reading, memory):
        memory.days["2026-03-14"] = Day(Traffic({"200": 98, "502": 2}, [90, 5, 5, 0, 0, 0, 0, 0, 0, 0, 0]))
        assert self.write(home, reading(), memory)["answers_today"] == {"answered": 0.98, "p95_seconds": 0.025}

    @pytest.mark.parametrize(
        ("counts", "expected"),
        [
            ([1440, 0, 0, 0], "up"),
            ([1439, 0, 1, 0], "degraded"),
            ([1438, 0, 2, 0], "down"),
            ([1438, 2, 0, 0], "degraded"),
            ([1439, 1, 0, 0], "up"),
            ([0, 0, 0, 60], "maintenance"),
            ([0, 0, 0, 0], "unknown"),
        ],
    )
    def test_a_day_is_called_by_its_worst_unless_that_was_one_look(self, counts, expected):
        assert document.day_state(counts) == expected

    def test_nothing_inside_is_told_outside(self, home, reading, memory, container):
        broken = reading(
            containers=[container("auth-service", state="exited", name="tts-auth-secret-name")],
            probes=probes(ticket="answers 502", auth="does not answer: [Errno 111] 172.20.0.4"),
            unready={"workflow": "database does not answer"},
        )
        shown = page.render(self.write(home, broken, memory))
        for inside in ("secret-name", "172.20", "502", "Errno", "database", "rabbitmq", "tts-"):
            assert inside not in shown


class Strict(HTMLParser):
    """Keeps what the content security policy forbids, and the tags that are open."""

    VOID = {"meta", "link", "img"}

    def __init__(self):
        super().__init__()
        self.forbidden, self.open = [], []

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag("img", attributes)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if "style" in given or tag == "style" or any(name.startswith("on") for name in given) or (tag == "script" and "src" not in given):
            self.forbidden.append(tag)
        if any((value or "").startswith(("http:", "https:", "//")) for value in given.values()):
            self.forbidden.append(f"{tag} from elsewhere")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


class TestPage:
    def render(self, home, reading, memory):
        return page.render(document.write_down(home, reading, memory))

    def test_it_is_whole_and_keeps_to_the_strict_policy(self, home, reading, memory):
        memory.outages.append(Outage("ticket", "down", memory.at - 600, None, looks=9))
        parser = Strict()
        parser.feed(self.render(home, reading(probes=probes(ticket="answers 502")), memory))
        assert (parser.forbidden, parser.open) == ([], [])

    def test_every_part_has_ninety_bars_and_says_them_in_words(self, home, reading, memory):
        memory.days["2026-03-13"] = Day(components={"ticket": [1400, 0, 40, 0]})
        memory.days["2026-03-14"] = Day(components={"ticket": [720, 0, 0, 0]})
        shown = self.render(home, reading(), memory)
        assert shown.count('role="img"') == len(COMPONENTS) == 8
        assert shown.count("<g><title>") == 8 * 90
        assert 'aria-label="The last 90 days: 1 good, 1 with an outage, 88 not looked at"' in shown
        assert "2026-03-13: down 40 min (1440 looks)" in shown

    @pytest.mark.parametrize(
        ("changes", "headline"),
        [
            ({}, "All parts work"),
            ({"probes": probes(ticket="answers 502")}, "Some parts are not available"),
            ({"unready": {"ticket": "x"}}, "Some parts are slow or incomplete"),
            ({"is_maintenance": True}, "Maintenance is under way"),
        ],
    )
    def test_the_headline_says_how_it_is(self, home, reading, memory, changes, headline):
        assert f"<h1>{headline}</h1>" in self.render(home, reading(**changes), memory)

    def test_when_nothing_answers_it_says_so(self, home, reading, memory, container):
        silent = reading(probes=probes(**dict.fromkeys(PATHS, "does not answer")), containers=[container("db", state="exited")])
        silent = replace(silent, pages=type(silent.pages)())
        assert "<h1>The system is not available</h1>" in self.render(home, silent, memory)

    def test_uptime_is_never_rounded_up_to_a_hundred(self, home, reading, memory):
        memory.days["2026-03-14"] = Day(components={"ticket": [129_599, 0, 1, 0]})
        assert "<b>99.99 %</b> available" in self.render(home, reading(), memory)

    @pytest.mark.parametrize(
        ("days", "said"),
        [
            (["2026-03-14"], "None on the 1 day that was looked at."),
            (["2026-03-13", "2026-03-14"], "None on the 2 days that were looked at in the last 90."),
        ],
    )
    def test_no_incident_is_claimed_for_days_that_nobody_looked_at(self, home, reading, memory, days, said):
        memory.days = {day: Day(components={"ticket": [1440, 0, 0, 0]}) for day in days}
        assert said in self.render(home, reading(), memory)

    def test_what_the_operator_announces_is_shown_as_text(self, home, reading, memory):
        shown = self.render(home, reading(is_maintenance=True, maintenance_text="Back at <b>noon</b> & sooner"), memory)
        assert "<p>Back at &lt;b&gt;noon&lt;/b&gt; &amp; sooner</p>" in shown

    def test_the_script_knows_when_it_was_checked(self, home, reading, memory):
        assert '<html lang="en" data-checked="2026-03-14T12:00:00Z">' in self.render(home, reading(), memory)

    def test_every_class_of_the_page_has_a_style(self, home, reading, memory):
        memory.outages.append(Outage("ticket", "down", memory.at - 600, None, looks=9))
        memory.days["2026-03-14"] = Day(components={"ticket": [1, 0, 0, 0]})
        shown = self.render(home, reading(), memory)
        css = (page.files("production.status_page") / "status.css").read_text()
        used = {name for classes in re.findall(r'class="([^"]+)"', shown) for name in classes.split()}
        assert {name for name in used if f".{name}" not in css} == {"date"}
