"""The records that cross the project's borders: exercises, submissions, reports."""
