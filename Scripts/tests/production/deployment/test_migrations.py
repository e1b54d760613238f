"""Which migrations may go in while the release before still runs."""

import pytest

from production.deployment.migrations import Judgement, judge


def report(*sql, phase="expand", in_use=True, **more):
    return {
        "in_use": in_use,
        "migrations": [{"name": "tickets.0002", "phase": phase, "sql": ["BEGIN;", *sql, "COMMIT;"], "reviewed": {}} | more],
    }


@pytest.mark.parametrize(
    "sql",
    [
        ('ALTER TABLE "t" ADD COLUMN "c" varchar(20) NULL;',),
        ('ALTER TABLE "t" ADD COLUMN "c" integer DEFAULT 0 NOT NULL;',),
        ('CREATE TABLE "n" ("id" bigint NOT NULL PRIMARY KEY);', 'CREATE INDEX "i" ON "n" ("id");'),
        ("-- Add field c to t", 'ALTER TABLE "t" ADD COLUMN "c" text NULL;'),
    ],
    ids=["a column that may be empty", "a column with a default in the database", "a new table with its index", "comments"],
)
def test_what_adds_is_let_in(sql):
    assert judge(report(*sql)) == Judgement(faults=(), to_apply=("tickets.0002",), held=())


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        (('ALTER TABLE "t" DROP COLUMN "c" CASCADE;',), "DROP_COLUMN"),
        (('DROP TABLE "t" CASCADE;',), "DROP_TABLE"),
        (('ALTER TABLE "t" RENAME COLUMN "a" TO "b";',), "RENAME_COLUMN"),
        (('ALTER TABLE "t" RENAME TO "u";',), "RENAME_TABLE"),
        (('ALTER TABLE "t" ALTER COLUMN "c" TYPE integer;',), "ALTER_COLUMN"),
        (('ALTER TABLE "t" ALTER COLUMN "c" SET NOT NULL;',), "NOT_NULL"),
        (
            ('ALTER TABLE "t" ADD COLUMN "c" varchar(3) DEFAULT \'\' NOT NULL;', 'ALTER TABLE "t" ALTER COLUMN "c" DROP DEFAULT;'),
            "NOT_NULL",
        ),
        (('ALTER TABLE "t" ADD CONSTRAINT "u" UNIQUE ("c");',), "ADD_UNIQUE"),
        (('CREATE INDEX "i" ON "t" ("c");',), "CREATE_INDEX"),
        (("-- THIS OPERATION CANNOT BE WRITTEN AS SQL",), "RUN_PYTHON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_old_release_does_not_bear_or_blocks_it_is_refused_by_name(sql, code):
    faults = judge(report(*sql)).faults
    assert f"tickets.0002: {code} (" in "\n".join(faults)
    reviewed = dict.fromkeys((fault.split(": ")[1].split(" ")[0] for fault in faults), "looked at")
    assert judge(report(*sql, reviewed=reviewed)).faults == ()


def test_what_contracts_is_held_back_and_not_judged():
    assert judge(report('ALTER TABLE "t" DROP COLUMN "c";', phase="contract")) == Judgement((), (), held=("tickets.0002",))


def test_an_empty_database_bears_everything():
    assert judge(report('DROP TABLE "t";', in_use=False)).faults == ()


def test_without_migrations_there_is_nothing_to_do():
    assert judge({"in_use": True, "migrations": []}) == Judgement((), (), ())
