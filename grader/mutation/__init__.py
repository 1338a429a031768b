"""Automatic mutants: small mistakes made in a reference solution, one in each.

Theory of operation. A reference is read once (`code.Code`). Operators, small functions in a table
by the kind of syntax that they look at (`table.OPERATORS`), propose changes: a sentence, and edits
of the source text. `mutants` applies each alone, drops those that say the same as another or as the
reference, and gives the rest a unified diff. Nothing is executed here: what a mutant does is found
out in a sandbox (`grader.verify`).

Mutation is of text, not of the tree, so that the rest of the file, its comments included, stays as
its author wrote it and a diff shows the mistake and nothing else. Operators avoid what anybody
would see at once (a name that is not defined, a file that does not parse): such mutants prove
nothing about hidden tests and would only raise the rate of killed ones.
"""
