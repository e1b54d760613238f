"""A restore held against what the backup counted."""

from copy import deepcopy

from production.backup.agent.manifest import compare

BEFORE = {
    "databases": {
        "ticket_db": {
            "tables": {"tickets_ticket": 120, "servicekit_scheduledjob": 3},
            "sequences": {"servicekit_outboxevent_id_seq": 400},
            "heads": {"tickets": "0004_x"},
        }
    }
}


def after(**changes: object):
    found = deepcopy(BEFORE)
    found["databases"]["ticket_db"] |= changes
    return found


def test_the_same_content_has_no_fault():
    assert compare(BEFORE, after()) == []


def test_more_rows_and_higher_numbers_are_no_fault():
    assert (
        compare(
            BEFORE,
            after(tables={"tickets_ticket": 130, "servicekit_scheduledjob": 9, "new": 1}, sequences={"servicekit_outboxevent_id_seq": 500}),
        )
        == []
    )


def test_a_missing_database_is_named():
    assert compare(BEFORE, {"databases": {}}) == ["ticket_db is missing"]


def test_a_missing_table_is_named():
    assert compare(BEFORE, after(tables={"servicekit_scheduledjob": 3})) == ["ticket_db.tickets_ticket is missing"]


def test_a_table_that_lost_all_its_rows_is_named():
    assert compare(BEFORE, after(tables={"tickets_ticket": 0, "servicekit_scheduledjob": 3})) == [
        "ticket_db.tickets_ticket is empty, and had 120 rows"
    ]


def test_a_table_that_had_few_rows_may_be_empty():
    assert compare(BEFORE, after(tables={"tickets_ticket": 120, "servicekit_scheduledjob": 0})) == []


def test_a_number_that_sank_tells_of_lost_rows():
    assert compare(BEFORE, after(sequences={"servicekit_outboxevent_id_seq": 399})) == [
        "ticket_db.servicekit_outboxevent_id_seq stands at 399, and stood at 400"
    ]
