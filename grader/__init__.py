"""An exercise framework and autograder for numerical Python.

The package is lazy on purpose: the worker imports ``grader.worker``, which runs this file in the
process that later executes student code, so nothing may be imported here.
"""

__version__ = "0.2.0"
