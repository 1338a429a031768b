"""The untrusted side: what runs in the process that executes student code.

Theory of operation. A *forkserver* is started from a fresh interpreter, imports numpy, tries each
layer of the lockdown in a child of its own, and from then on only forks. Each *worker* forked from
it locks itself down, says `ready`, and answers requests on one socket until it is killed. Nothing
in this package is secret and nothing it says is believed: student code shares its process and may
rewrite any of it. It imports `grader.wire`, numpy, msgpack and the standard library, and nothing
else of ours.
"""
