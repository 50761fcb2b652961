"""A hint to the processor: begin to load a row that will be read soon."""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic
from numpy.typing import NDArray

LINE = 64
"""Bytes that the processor loads at once."""
LINES = 4
"""Such lines of a row that are asked for: 32 numbers of eight bytes."""


def _prefetch_row(_: Any, array: Any, row: Any) -> tuple[Any, Any]:
    """Ask for the first 256 bytes of a row of a contiguous table; no result depends on it.

    The row must exist. What lies behind the row is asked for where the row is shorter, which does no harm.
    """

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        kind = signature.args[0]
        table = context.make_array(kind)(context, builder, given[0])
        place = [context.cast(builder, given[1], signature.args[1], types.intp), ir.Constant(ir.IntType(64), 0)]
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        start = cgutils.get_item_pointer(context, builder, kind, table, place)  # type: ignore[no-untyped-call]
        at = builder.bitcast(start, byte)
        shape = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        fetch = cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0i8")  # type: ignore[no-untyped-call]
        to_read, keep, data = (ir.Constant(word, value) for value in (0, 3, 1))
        for k in range(LINES):
            builder.call(fetch, [builder.gep(at, [ir.Constant(ir.IntType(64), k * LINE)]), to_read, keep, data])
        return context.get_dummy_value()

    return types.void(array, row), build


def _nothing(_: NDArray[Any], __: int) -> None:
    """Stand in where nothing is compiled."""


prefetch_row: Any = _nothing if config.DISABLE_JIT else intrinsic(_prefetch_row)  # type: ignore[attr-defined]
