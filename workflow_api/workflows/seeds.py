"""The workflows of a fresh installation: one for each default category."""

from typing import Any

from workflows.services import Draft

AGENT, ADMIN = "tts.agent", "tts.admin"
HOUR, DAY = 60, 24 * 60
Steps = tuple[tuple[str, str, str, int], ...]  # key, name, instruction, weight


def seed_drafts() -> list[Draft]:
    """The drafts, ready to be published."""
    return [
        _draft(
            "IT Support",
            "it-support",
            "Diagnose and solve an IT problem.",
            (
                ("triage", "Triage", "Read the request, reproduce the problem and note what you find.", 1),
                ("resolve", "Resolve", "Solve the problem. Say in the note what you did.", 3),
                ("verify", "Verify", "Check with the requester that it works.", 1),
            ),
            (4 * HOUR, 8 * HOUR, 2 * DAY, 5 * DAY),
        ),
        _draft(
            "Asset Check In",
            "asset-check-in",
            "Take back equipment.",
            (
                ("receive", "Receive the asset", "Take the asset and compare its serial number with the request.", 2),
                ("inspect", "Inspect and book in", "Inspect the asset, note damage, and book it into the store.", 3),
            ),
            (8 * HOUR, DAY, 3 * DAY, 7 * DAY),
        ),
        _draft(
            "Asset Check Out",
            "asset-check-out",
            "Hand out equipment.",
            (
                ("prepare", "Prepare the asset", "Reserve the asset and prepare it for use.", 3),
                ("hand-over", "Hand over", "Hand it over and have the return date confirmed.", 1),
            ),
            (8 * HOUR, DAY, 3 * DAY, 7 * DAY),
        ),
        _draft(
            "New Budget Proposal",
            "new-budget-proposal",
            "Check and register a budget proposal.",
            (
                ("check", "Check the figures", "Check the cost elements, the total and the period.", 2),
                ("assess", "Assess the proposal", "Compare it with the department's budget and note the result.", 3),
                ("register", "Register", "Enter the decision and file the proposal.", 1),
            ),
            (DAY, 2 * DAY, 5 * DAY, 10 * DAY),
        ),
        _draft(
            "General Request",
            "others",
            "Everything that has no category of its own.",
            (
                ("review", "Review", "Find out what is needed and who can do it.", 1),
                ("handle", "Handle", "Do what is asked, or explain why it cannot be done.", 3),
            ),
            (8 * HOUR, DAY, 3 * DAY, 7 * DAY),
        ),
    ]


def _draft(name: str, category: str, description: str, steps: Steps, minutes: tuple[int, int, int, int]) -> Draft:
    definition = {
        "steps": [_step(*step, is_start=step is steps[0]) for step in steps],
        "ends": [{"key": "done", "name": "Done"}],
        "transitions": _transitions(steps),
        "sla": dict(zip(("critical", "high", "medium", "low"), minutes, strict=True)),
    }
    return Draft(name=name, description=description, category=category, subcategory="", department="", definition=definition)


def _step(key: str, name: str, instruction: str, weight: int, *, is_start: bool) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "instruction": instruction,
        "role": AGENT,
        "escalation_role": ADMIN,
        "weight": weight,
        "kind": "start" if is_start else "step",
    }


def _transitions(steps: Steps) -> list[dict[str, Any]]:
    """From each step to the next, from the last to the end, and from the last one step back."""
    keys = [step[0] for step in steps]
    onward = [
        {
            "key": f"{source}-{target}",
            "name": "Done" if target == "done" else "Pass on",
            "from": source,
            "to": target,
            "note_required": True,
        }
        for source, target in zip(keys, [*keys[1:], "done"], strict=True)
    ]
    back = {"key": f"{keys[-1]}-{keys[-2]}", "name": "Needs more work", "from": keys[-1], "to": keys[-2], "note_required": True}
    return [*onward, back]
