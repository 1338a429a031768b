"""The store's tables, how those of an older store become these, and what is asked of them.

runs         one row per `grader grade`; `whole` when its PATH was all there is
people       the students of all runs, each under the stem of the ids of their submissions
handed       how layouts have named them: what was named so once is the same student again
roster       the submissions that a run found, each with the key it should have a result for
unmatched    what a run found and could not grade, with the reason, and who is absent
results      reports as JSON, with the time of grading
signatures   those of the results that were signed when they were graded
"""

from __future__ import annotations

from typing import Final

from grader.database import Schema

_PEOPLE: Final = """
CREATE TABLE people (
    person TEXT PRIMARY KEY,
    label TEXT NOT NULL,
    student TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE handed (
    identity TEXT PRIMARY KEY,
    person TEXT NOT NULL
) WITHOUT ROWID;
"""
_ROSTER: Final = """
CREATE TABLE roster (
    run INTEGER NOT NULL REFERENCES runs,
    person TEXT NOT NULL,
    exercise TEXT NOT NULL,
    submission TEXT NOT NULL,
    key TEXT NOT NULL,
    participant TEXT,
    PRIMARY KEY (run, person, exercise)
) WITHOUT ROWID;
CREATE TABLE unmatched (
    run INTEGER NOT NULL REFERENCES runs,
    path TEXT NOT NULL,
    label TEXT,
    person TEXT,
    reason TEXT NOT NULL
);
CREATE TABLE results (
    result INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    submission TEXT NOT NULL,
    key TEXT NOT NULL,
    status TEXT NOT NULL,
    graded_at TEXT NOT NULL,
    report TEXT NOT NULL
);
CREATE INDEX results_of_submission ON results (submission, key, result);
"""
_SIGNATURES: Final = """
CREATE TABLE signatures (
    result INTEGER PRIMARY KEY REFERENCES results,
    signature TEXT NOT NULL
);
"""
_TABLES: Final = (
    """
CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    grader_version TEXT NOT NULL,
    isolation TEXT NOT NULL,
    scope TEXT,
    whole INTEGER NOT NULL DEFAULT 1
);
"""
    + _PEOPLE
    + _ROSTER
    + _SIGNATURES
)
# Every run of format 1 was about the whole class, and a student was a part of what was found.
_FROM_1: Final = (
    """
ALTER TABLE runs ADD COLUMN whole INTEGER NOT NULL DEFAULT 1;
"""
    + _PEOPLE
    + """
CREATE TEMP TABLE old_roster AS
SELECT *, substr(submission, 1, length(submission) - length(exercise) - 1) AS person FROM roster;
CREATE TEMP TABLE old_unmatched AS SELECT * FROM unmatched;
CREATE TEMP TABLE old_results AS SELECT * FROM results;
DROP TABLE roster;
DROP TABLE unmatched;
DROP TABLE results;
"""
    + _ROSTER
    + """
INSERT INTO people
SELECT person, label, json_remove(student, '$.participant') FROM
    (SELECT person, label, student, max(run) FROM old_roster GROUP BY person);
INSERT OR IGNORE INTO handed SELECT student, person FROM old_roster ORDER BY run DESC;
INSERT INTO roster
SELECT run, person, exercise, submission, key, json_extract(student, '$.participant')
FROM old_roster;
INSERT OR IGNORE INTO people
SELECT label, label, json_object('label', label) FROM old_unmatched
WHERE label IS NOT NULL AND label NOT IN (SELECT label FROM people);
INSERT INTO unmatched
SELECT run, path, u.label, (SELECT min(person) FROM people p WHERE p.label = u.label), reason
FROM old_unmatched u;
INSERT INTO results
SELECT result, run, submission, key, status, graded_at, report FROM old_results;
DROP TABLE old_roster;
DROP TABLE old_unmatched;
DROP TABLE old_results;
"""
)
SCHEMA: Final = Schema(0x67726472, 3, _TABLES, {1: _FROM_1, 2: _SIGNATURES})  # "grdr"

# A run for the whole class begins the class of its scope anew; later runs add to it.
_BEGINS: Final = """
    (SELECT coalesce(max(run), 0) FROM runs
    WHERE whole AND run <= :until AND (scope IS NULL OR scope = {scope}))
"""
_SEATS: Final = f"""
SELECT person, exercise, max(run) AS run FROM roster
WHERE run <= :until AND run >= {_BEGINS.format(scope="roster.exercise")}
GROUP BY person, exercise
"""
SEATS: Final = f"""
SELECT r.person, r.exercise, r.submission, r.key, r.participant
FROM ({_SEATS}) JOIN roster r USING (run, person, exercise)
"""
ROWS: Final = f"""
SELECT r.submission, r.exercise, r.key, p.student, r.participant, r.person,
    x.report, x.graded_at, x.run, s.signature, n.isolation
FROM ({_SEATS}) JOIN roster r USING (run, person, exercise) JOIN people p USING (person)
LEFT JOIN results x ON x.result = (SELECT max(result) FROM results
    WHERE submission = r.submission AND key = r.key AND run <= :until)
LEFT JOIN signatures s USING (result) LEFT JOIN runs n ON n.run = x.run
ORDER BY p.label, p.student, r.person, r.submission
"""
NAMED: Final = f"""
SELECT DISTINCT named.scope FROM runs named
WHERE named.scope IS NOT NULL AND named.run <= :until
AND named.run >= {_BEGINS.format(scope="named.scope")}
"""
UNMATCHED: Final = f"""
SELECT u.person, p.student, u.path, u.reason
FROM unmatched u JOIN runs found USING (run) JOIN people p USING (person)
WHERE u.run <= :until AND u.run >= {_BEGINS.format(scope="found.scope")}
AND u.person NOT IN (SELECT person FROM ({_SEATS}))
ORDER BY u.path != '', u.run
"""
