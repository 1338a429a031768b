"""The autograder that runs inside Gradescope's container: build its zip here, run it there."""
