"""The table of operators: what each kind of syntax can be got wrong."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, Final

from grader.mutation import arithmetic, arrays, flow, names
from grader.mutation.code import Change, Code

Operator = Callable[[Any, Code], Iterator[Change]]

OPERATORS: Final[dict[type[ast.AST], tuple[Operator, ...]]] = {
    ast.BinOp: (
        arithmetic.another_operator,
        arithmetic.swapped_operands,
        arithmetic.dropped_operand,
        arithmetic.wrong_exponent,
        arithmetic.wrong_derivative,
    ),
    ast.UnaryOp: (arithmetic.dropped_sign,),
    ast.Constant: (arithmetic.other_constant,),
    ast.arguments: (arithmetic.other_default,),
    ast.AugAssign: (
        arithmetic.other_update,
        flow.dropped_statement,
        flow.swapped_statements,
    ),
    ast.Assign: (
        arithmetic.update_in_place,
        flow.dropped_statement,
        flow.swapped_statements,
        names.swapped_keys,
        names.swapped_parts,
    ),
    ast.Expr: (flow.dropped_statement, flow.swapped_statements),
    ast.Attribute: (arrays.dropped_transpose,),
    ast.Call: (
        arrays.other_function,
        arrays.not_drawn,
        arrays.drawn_alike,
        arrays.whole_numbers,
        arrays.other_axis,
        arrays.other_keepdims,
        arrays.other_lengths,
        arrays.dropped_call,
        arrays.dropped_keyword,
        arrays.swapped_arguments,
        flow.off_by_one_range,
    ),
    ast.Subscript: (arrays.other_shape_axis, flow.off_by_one_index, names.other_key),
    ast.Slice: (flow.other_slice,),
    ast.Compare: (flow.other_comparison,),
    ast.BoolOp: (flow.other_condition,),
    ast.If: (flow.one_branch,),
    ast.IfExp: (flow.one_branch,),
    ast.comprehension: (flow.unfiltered,),
    ast.Break: (flow.wrong_jump,),
    ast.Continue: (flow.wrong_jump,),
    ast.Return: (flow.early_return, names.swapped_parts),
    ast.Dict: (names.swapped_values,),
    ast.JoinedStr: (names.next_key,),
    ast.Name: (
        names.other_variable,
        names.bound_together,
        names.default_for_argument,
        names.argument_for_computed,
    ),
}
