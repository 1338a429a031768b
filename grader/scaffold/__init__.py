"""Begin an exercise: its files, with what can be derived written and what cannot marked."""

from grader.scaffold.course import course_root, plan, write_exercise

__all__ = ["course_root", "plan", "write_exercise"]
