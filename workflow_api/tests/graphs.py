"""Definitions for the tests of the interpreter."""

import itertools

from hypothesis import strategies as st

from engine import Definition, End, Sla, Step, Transition

SLA = Sla(critical=60, high=120, medium=240, low=480)


def way(source: str, target: str, key: str = "", *, note_required: bool = False) -> Transition:
    """A transition from source to target."""
    return Transition(
        key=key or f"{source}-{target}", name=f"{source} to {target}", source=source, target=target, note_required=note_required
    )


def two_steps() -> Definition:
    """check (weight 1) → repair (weight 3) → done, with a way back from repair to check."""
    return Definition(
        steps=(
            Step(key="check", name="Check", role="tts.agent", escalation_role="tts.admin", weight=1, kind="start"),
            Step(key="repair", name="Repair", role="tts.expert", weight=3),
        ),
        ends=(End(key="done", name="Done"),),
        transitions=(way("check", "repair"), way("repair", "done", note_required=True), way("repair", "check")),
        sla=SLA,
    )


@st.composite
def runnable_definitions(draw: st.DrawFn) -> Definition:
    """Definitions without problems: a chain from the start to an end, and any further transitions."""
    count = draw(st.integers(1, 6))
    ends = [f"e{number}" for number in range(draw(st.integers(1, 2)))]
    steps = [f"s{number}" for number in range(count)]
    chain = [*itertools.pairwise(steps), *((steps[-1], end) for end in ends)]
    extra = draw(st.lists(st.tuples(st.sampled_from(steps), st.sampled_from(steps + ends)), max_size=8))
    return Definition(
        steps=tuple(
            Step(
                key=key,
                name=key.upper(),
                role=draw(st.sampled_from(["tts.agent", "tts.expert"])),
                escalation_role=draw(st.sampled_from(["", "tts.admin"])),
                weight=draw(st.integers(1, 1000)),
                kind="start" if key == "s0" else "step",
            )
            for key in steps
        ),
        ends=tuple(End(key=key, name=key.upper()) for key in ends),
        transitions=tuple(
            way(source, target, f"t{number}", note_required=draw(st.booleans())) for number, (source, target) in enumerate(chain + extra)
        ),
        sla=draw(slas()),
    )


@st.composite
def slas(draw: st.DrawFn) -> Sla:
    """Four rising durations."""
    minutes = sorted(draw(st.sets(st.integers(1, 1_000_000), min_size=4, max_size=4)))
    return Sla(critical=minutes[0], high=minutes[1], medium=minutes[2], low=minutes[3])


keys = st.sampled_from(["", "a", "b", "c", "d"])


def any_definitions() -> st.SearchStrategy[Definition]:
    """Definitions of the right shape and any content, mostly broken."""
    return st.builds(
        Definition,
        steps=st.lists(
            st.builds(
                Step,
                key=keys,
                name=st.just("n"),
                role=st.sampled_from(["", "r"]),
                weight=st.integers(-1, 2),
                kind=st.sampled_from(["start", "step", "?"]),
            ),
            max_size=4,
        ).map(tuple),
        ends=st.lists(st.builds(End, key=keys, name=st.just("e")), max_size=2).map(tuple),
        transitions=st.lists(st.builds(Transition, key=keys, name=st.just("t"), source=keys, target=keys), max_size=5).map(tuple),
        sla=st.none()
        | st.builds(Sla, critical=st.integers(-1, 3), high=st.integers(0, 4), medium=st.integers(0, 5), low=st.integers(0, 6)),
    )
