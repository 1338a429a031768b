"""Keep pytest from collecting the second course's own check files: `grader verify` runs them."""

collect_ignore = ["course"]
