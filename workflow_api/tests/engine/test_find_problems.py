from dataclasses import astuple

import msgspec
import pytest
from hypothesis import given

from engine import Definition, End, Sla, Step, find_problems, read_definition
from tests.graphs import any_definitions, runnable_definitions, two_steps, way


def found(definition: Definition, **options) -> set[tuple[str, str]]:
    return {(finding.node, finding.code) for finding in find_problems(definition, **options)}


def changed(**fields) -> Definition:
    return msgspec.structs.replace(two_steps(), **fields)


def with_repair(**fields) -> Definition:
    check, repair = two_steps().steps
    return changed(steps=(check, msgspec.structs.replace(repair, **fields)))


def test_a_finished_definition_has_no_problems():
    assert find_problems(two_steps()) == ()


def test_an_empty_definition_names_all_that_is_missing_at_once():
    assert found(Definition()) == {("", "no_start"), ("", "no_end"), ("sla", "no_sla")}


def test_two_starts_are_found_at_both_steps():
    assert found(with_repair(kind="start")) == {("check", "several_starts"), ("repair", "several_starts")}


def test_a_step_that_nothing_leads_to_is_unreachable():
    lonely = Step(key="lonely", name="Lonely", role="tts.agent")
    definition = changed(steps=(*two_steps().steps, lonely), transitions=(*two_steps().transitions, way("lonely", "done")))
    assert found(definition) == {("lonely", "unreachable")}


def test_an_end_that_nothing_leads_to_is_unreachable():
    assert found(changed(ends=(*two_steps().ends, End(key="never", name="Never")))) == {("never", "unreachable")}


def test_a_loop_without_a_way_out_is_a_dead_end_at_each_of_its_steps():
    definition = changed(transitions=(way("check", "repair"), way("repair", "check"), way("repair", "repair")))
    assert found(definition) == {("check", "dead_end"), ("repair", "dead_end"), ("done", "unreachable")}


def test_a_step_without_a_role_is_found():
    assert found(with_repair(role="")) == {("repair", "no_role")}


def test_roles_that_do_not_exist_or_may_not_act_are_found():
    assert found(two_steps(), acting_roles={"tts.expert"}) == {("check", "role_cannot_act"), ("check", "escalation_role_cannot_act")}


@pytest.mark.parametrize("weight", [-3, 0, 1001])
def test_a_weight_outside_of_1_to_1000_is_found(weight):
    assert found(with_repair(weight=weight)) == {("repair", "bad_weight")}


@pytest.mark.parametrize(
    ("minutes", "message"),
    [
        ((60, 60, 240, 480), "critical must be shorter than high."),
        ((60, 300, 240, 480), "high must be shorter than medium."),
        ((60, 120, 480, 480), "medium must be shorter than low."),
    ],
)
def test_durations_out_of_order_are_found(minutes, message):
    definition = changed(sla=Sla(critical=minutes[0], high=minutes[1], medium=minutes[2], low=minutes[3]))
    assert [astuple(finding) for finding in find_problems(definition)] == [("sla", "bad_sla_order", message)]


def test_a_duration_that_is_not_positive_is_found():
    assert found(changed(sla=Sla(critical=0, high=1, medium=2, low=3))) == {("sla", "bad_sla")}


def test_a_transition_that_leads_nowhere_is_found():
    assert found(changed(transitions=(*two_steps().transitions, way("check", "gone", "t")))) == {("t", "unknown_node")}


def test_a_transition_out_of_an_end_is_found():
    assert found(changed(transitions=(*two_steps().transitions, way("done", "check", "t")))) == {("t", "unknown_node")}


def test_a_key_that_is_used_twice_is_found():
    definition = changed(transitions=(*two_steps().transitions, way("check", "done", "check-repair")))
    assert found(definition) == {("check-repair", "duplicate_key")}


@given(any_definitions())
def test_a_definition_of_any_content_is_judged_without_failing(definition):
    problems = find_problems(definition)
    assert all(finding.code and finding.message for finding in problems)


@given(runnable_definitions())
def test_a_definition_survives_its_json_form(definition):
    assert find_problems(definition) == ()
    assert read_definition(msgspec.to_builtins(definition)) == definition


def test_json_of_another_shape_is_refused_with_the_place():
    with pytest.raises(msgspec.ValidationError, match=r"\$\.steps\[0\]\.weight"):
        read_definition({"steps": [{"key": "a", "name": "A", "weight": "much"}]})
