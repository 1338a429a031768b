"""`python -m grader.cli`: the command line without an installed script."""

from grader.cli import main

main()
