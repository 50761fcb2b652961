"""Loss and time to survive by linear programmes: lanes, stock where it lies, alternative inputs, shared machines, yield."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

if TYPE_CHECKING:
    from highspy._core import _Highs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Csr = tuple[Ints, Ints, Floats]


class Chain(NamedTuple):
    """Lines that make, slots that they need filled, lanes that fill them, products that are sold.

    Attributes
    ----------
    capacity : numpy.ndarray, shape (lines,)
        Units a day; infinity is unlimited.
    finished : numpy.ndarray, shape (lines,)
        Finished stock at the line, units.
    slot_line : numpy.ndarray of int64, shape (slots,)
        Line of each slot. All slots of a line must be filled; suppliers of one slot replace each other.
    quantity : numpy.ndarray, shape (slots,)
        Units of input per unit made.
    stock : numpy.ndarray, shape (slots,)
        Input stock held for the slot, units.
    lanes : (indptr, supplier, worth)
        CSR by slot: the lines that can fill it, and units of input that one unit from there is worth (yield, or the
        quantity of an alternative in a group of choice).
    sellers : (indptr, line)
        CSR by product: the lines that deliver it.
    demand : numpy.ndarray, shape (products,)
        Units a day.
    margin : numpy.ndarray, shape (products,)
        Money lost per unit of demand not met.
    pools : (indptr, line, hours), optional
        CSR: lines that share machines, and what a unit takes of them.
    pool_capacity : numpy.ndarray, shape (pools,), optional
        What a pool has a day.
    """

    capacity: Floats
    finished: Floats
    slot_line: Ints
    quantity: Floats
    stock: Floats
    lanes: Csr
    sellers: tuple[Ints, Ints]
    demand: Floats
    margin: Floats
    pools: Csr | None = None
    pool_capacity: Floats | None = None


class Targets(NamedTuple):
    """What stops: lines with the share of capacity that each loses, and lanes that close.

    Attributes
    ----------
    lines : (indptr, line, loss)
        CSR; a loss of 1 stops the line. Stock that lies there can still be used.
    lanes : (indptr, lane), optional
        CSR over the entries of ``Chain.lanes``.
    """

    lines: Csr
    lanes: tuple[Ints, Ints] | None = None


class Impact(NamedTuple):
    """What is lost if a target stops for so long, and where one more unit a day would help most.

    Attributes
    ----------
    loss : numpy.ndarray, shape (targets, windows)
        Least margin lost, money.
    remedy : numpy.ndarray of int64, shape (targets, windows)
        Line where capacity for one more unit a day saves most, −1 where nothing is lost. A line of the target itself
        stands for a second source of what it makes, with the same inputs and customers.
    remedy_value : numpy.ndarray, shape (targets, windows)
        Money saved by it, per unit a day, at the margin.
    """

    loss: Floats
    remedy: Ints
    remedy_value: Floats


def impact(chain: Chain, targets: Targets, days: Floats) -> Impact:
    """Give the least loss while each target is out, for windows of several lengths.

    Parameters
    ----------
    chain : Chain
    targets : Targets
    days : numpy.ndarray, shape (windows,) or (targets, windows)
        Lengths of the window, such as the time to recover.

    Returns
    -------
    Impact

    Raises
    ------
    ValueError
        A number of the chain is NaN.
    ArithmeticError
        HiGHS proves no optimum.

    Notes
    -----
    One model for all; each target changes bounds, and the dual simplex starts from the basis before it. What is made in the
    window can be used at once: transit and lead times are left out. The loss is convex in the length of the window.
    Columns: lines + lanes + sellers + products; rows: slots + 2·lines + pools + products.

    References
    ----------
    Simchi-Levi et al. (2015), Interfaces 45(5):375-390, doi 10.1287/inte.2015.0804: the time-to-recover model, restated.
    Huangfu, Hall (2018), Parallelizing the dual revised simplex method, Math. Prog. Comp. 10:119-142: the solver.
    """
    number = len(targets.lines[0]) - 1
    windows = np.broadcast_to(days, (number, np.shape(days)[-1]))
    model = _Model(chain)
    found = Impact(np.zeros(windows.shape), np.full(windows.shape, -1, np.int64), np.zeros(windows.shape))
    for s in range(number):
        model.strike(targets, s)
        for w in np.argsort(windows[s], kind="stable"):
            model.window(float(windows[s, w]), float(windows[s, w]))
            found.loss[s, w] = max(model.solve(), 0.0)
            value = model.value_of_capacity() * windows[s, w]
            if len(value) and value.max() > 0.0:
                found.remedy[s, w], found.remedy_value[s, w] = value.argmax(), value.max()
        model.restore(targets, s)
    return found


def survive(chain: Chain, targets: Targets, longest: float = 3650.0) -> Floats:
    """Give the longest window in which no demand is missed while each target is out.

    Parameters
    ----------
    chain : Chain
    targets : Targets
    longest : float
        Days; what survives them survives for ever.

    Returns
    -------
    numpy.ndarray, shape (targets,)
        Days, infinite where ``longest`` is reached.

    Raises
    ------
    ValueError
        A number of the chain is NaN.
    ArithmeticError
        HiGHS proves no optimum.

    Notes
    -----
    The same model with nothing lost and the length of the window as the objective. With ``alike`` it equals the sweep of
    ``kernels.survive``; on lanes and with stock where it lies it is at most that. Rows hold to 10⁻⁹ units, so choose units in
    which daily flows are above 10⁻³.

    Examples
    --------
    A good made of one component, ten a day; 50 goods and 30 components in stock.

    >>> bom = (np.array([0, 0, 1]), np.array([0]), np.array([1.0]))
    >>> lines = (np.array([0, 1]), np.array([10.0, 10.0]))
    >>> chain = alike(bom, np.array([10.0, 0.0]), np.array([50.0, 30.0]), lines)
    >>> each = Targets((np.array([0, 1, 2]), np.array([0, 1]), np.ones(2)))
    >>> survive(chain, each).round(6).tolist()
    [5.0, 8.0]
    """
    model = _Model(chain)
    model.maximise_window(longest)
    tts = np.zeros(len(targets.lines[0]) - 1)
    for s in range(len(tts)):
        model.strike(targets, s)
        days = -model.solve()
        tts[s] = np.inf if days >= longest * (1.0 - 1e-9) else days
        model.restore(targets, s)
    return tts


def alike(bom: Csr, demand: Floats, stock: Floats, lines: tuple[Ints, Floats], margin: Floats | None = None) -> Chain:
    """State the assumptions of ``kernels.survive`` as a chain: one pool of stock a part, every maker serves every user.

    Parameters
    ----------
    bom, demand, stock
        As in ``kernels.survive.needs``.
    lines : (part, capacity)
        What each line makes, and units a day.
    margin : numpy.ndarray, shape (parts,), optional
        Money per unit of demand; 1 without it.

    Returns
    -------
    Chain
        The lines, then one hub a part that holds its stock and stands between makers and users.
    """
    part, capacity = lines
    number, parts = len(part), len(demand)
    indptr, parent, quantity = bom
    made = csr_array((quantity, (parent, np.repeat(np.arange(parts), np.diff(indptr)))), shape=(parts, parts))
    inputs = np.diff(made.indptr)[part]
    slot_line = np.concatenate([np.repeat(np.arange(number), inputs), number + np.arange(parts)])
    take = _spans(made.indptr[part], inputs)
    makers = np.argsort(part, kind="stable")
    fills = np.concatenate([np.ones(len(take), np.int64), np.bincount(part, minlength=parts)])
    supplier = np.concatenate([number + made.indices[take], makers])
    sold = np.flatnonzero(demand > 0.0)
    return Chain(
        capacity=np.concatenate([capacity, np.full(parts, np.inf)]),
        finished=np.concatenate([np.zeros(number), stock]),
        slot_line=slot_line,
        quantity=np.concatenate([made.data[take], np.ones(parts)]),
        stock=np.zeros(len(slot_line)),
        lanes=(np.append(0, np.cumsum(fills)), supplier, np.ones(len(supplier))),
        sellers=(np.arange(len(sold) + 1), number + sold),
        demand=demand[sold],
        margin=np.ones(len(sold)) if margin is None else margin[sold],
    )


def opened(chain: Chain, part: Ints, wanted: Ints) -> Chain:
    """Open all lanes: whoever makes a part can serve everyone who has a lane for it.

    Parameters
    ----------
    chain : Chain
    part : numpy.ndarray of int64, shape (lines,)
        What each line makes, from 0.
    wanted : numpy.ndarray of int64, shape (lanes,)
        Part that each lane carries; its suppliers make it.

    Returns
    -------
    Chain
        The lines, then one hub a part. Stock stays where it lies.
    """
    number, parts = len(part), int(part.max(initial=-1)) + 1
    indptr, _, worth = chain.lanes
    slot = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    first = np.unique(np.stack([slot, wanted]), axis=1, return_index=True)[1] if len(slot) else np.zeros(0, np.int64)
    slot, asked, worth = slot[first], wanted[first], worth[first]
    makers = np.argsort(part, kind="stable")
    fills = np.concatenate([np.bincount(slot, minlength=len(indptr) - 1), np.bincount(part, minlength=parts)])
    return chain._replace(
        capacity=np.concatenate([chain.capacity, np.full(parts, np.inf)]),
        finished=np.concatenate([chain.finished, np.zeros(parts)]),
        slot_line=np.concatenate([chain.slot_line, number + np.arange(parts)]),
        quantity=np.concatenate([chain.quantity, np.ones(parts)]),
        stock=np.concatenate([chain.stock, np.zeros(parts)]),
        lanes=(np.append(0, np.cumsum(fills)), np.append(number + asked, makers), np.append(worth, np.ones(number))),
    )


def _spans(begin: Ints, many: Ints) -> Ints:
    """Concatenate ``begin[i], begin[i] + 1, …`` of ``many[i]`` terms each."""
    ends = np.cumsum(many)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(begin - (ends - many), many), dtype=np.int64)


class _Model:
    """One HiGHS model of a chain. Columns: made, moved, sold, lost, days; rows: inputs, made, limits, pools, demand."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.lines, self.moved = len(chain.capacity), len(chain.lanes[1])
        self.lost = self.lines + self.moved + len(chain.sellers[1])
        self.days = self.lost + len(chain.demand)
        self.limits = len(chain.slot_line) + self.lines
        self.solver = _solver()
        self._pass()

    def _pass(self) -> None:
        chain, slots, lines, lost = self.chain, len(self.chain.slot_line), self.lines, self.lost
        fills, sells = _rows(chain.lanes[0]), _rows(chain.sellers[0])
        pool_ptr, pool_line, hours = chain.pools or (np.zeros(1, np.int64), np.zeros(0, np.int64), np.zeros(0))
        pool_capacity = np.zeros(0) if chain.pool_capacity is None else chain.pool_capacity
        finite = np.isfinite(chain.capacity)
        pools = self.limits + lines
        demand = pools + len(pool_ptr) - 1
        every, one = np.arange(lines), np.ones(max(lines, self.days))
        moved, sold = lines + np.arange(self.moved), lines + self.moved + np.arange(len(sells))
        entries = [  # row, column, value
            (fills, moved, chain.lanes[2]), (np.arange(slots), chain.slot_line, -chain.quantity),
            (slots + chain.lanes[1], moved, one[: self.moved]), (slots + chain.sellers[1], sold, one[: len(sold)]),
            (slots + every, every, -one[:lines]),
            (self.limits + every, every, one[:lines]),
            (self.limits + every, np.full(lines, self.days), np.where(finite, -chain.capacity, 0.0)),
            (pools + _rows(pool_ptr), pool_line, hours),
            (pools + np.arange(len(pool_capacity)), np.full(len(pool_capacity), self.days), -pool_capacity),
            (demand + sells, sold, one[: len(sold)]),
            (demand + np.arange(len(chain.demand)), lost + np.arange(len(chain.demand)), one[: len(chain.demand)]),
            (demand + np.arange(len(chain.demand)), np.full(len(chain.demand), self.days), -chain.demand),
        ]  # fmt: skip
        row, column, value = (np.concatenate([entry[i] for entry in entries]) for i in range(3))
        rows, columns = demand + len(chain.demand), self.days + 1
        matrix = coo_array((value, (row, column)), shape=(rows, columns)).tocsr()
        least, most = np.full(rows, -np.inf), np.full(rows, np.inf)
        least[:slots], least[demand:] = -chain.stock, 0.0
        most[slots : self.limits] = chain.finished
        most[self.limits : pools] = np.where(finite, 0.0, np.inf)
        most[pools:demand] = 0.0
        cost = np.zeros(columns)
        cost[lost : self.days] = chain.margin
        if any(np.isnan(numbers).any() for numbers in (matrix.data, cost, least, most, chain.capacity)):
            raise ValueError("a quantity, stock, capacity, demand or margin of the chain is not a number")
        self.solver.passModel(
            columns, rows, matrix.nnz, 2, 1, 0.0, cost, np.zeros(columns), np.full(columns, np.inf), least, most,
            matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data, np.zeros(columns, np.int32),
        )  # fmt: skip

    def window(self, least: float, most: float) -> None:
        """Bound the length of the window."""
        self.solver.changeColBounds(self.days, least, most)

    def maximise_window(self, longest: float) -> None:
        """Allow no loss, and ask for the longest window."""
        lost = np.arange(self.lost, self.days, dtype=np.int32)
        self.solver.changeColsBounds(len(lost), lost, np.zeros(len(lost)), np.zeros(len(lost)))
        cost = np.zeros(self.days + 1)
        cost[self.days] = -1.0
        self.solver.changeColsCost(self.days + 1, np.arange(self.days + 1, dtype=np.int32), cost)
        self.window(0.0, longest)

    def strike(self, targets: Targets, target: int) -> None:
        """Take away what the target makes and the lanes that it closes."""
        self._set(targets, target, lost=True)

    def restore(self, targets: Targets, target: int) -> None:
        """Undo ``strike``."""
        self._set(targets, target, lost=False)

    def _set(self, targets: Targets, target: int, *, lost: bool) -> None:
        indptr, lines, losses = targets.lines
        span = slice(indptr[target], indptr[target + 1])
        for line, loss in zip(lines[span].tolist(), losses[span].tolist(), strict=True):
            if loss >= 1.0:  # a bound keeps the basis dual feasible; a coefficient may not
                self.solver.changeColBounds(line, 0.0, 0.0 if lost else np.inf)
            elif np.isfinite(self.chain.capacity[line]):
                left = self.chain.capacity[line] * (1.0 - loss if lost else 1.0)
                self.solver.changeCoeff(self.limits + line, self.days, -float(left))
        if targets.lanes is not None:
            closed = targets.lanes[1][targets.lanes[0][target] : targets.lanes[0][target + 1]]
            for lane in closed.tolist():
                self.solver.changeColBounds(self.lines + lane, 0.0, 0.0 if lost else np.inf)

    def solve(self) -> float:
        """Solve from the last basis and give the objective."""
        self.solver.run()
        status = self.solver.getModelStatus()
        if status.name != "kOptimal":
            raise ArithmeticError(f"HiGHS proves no optimum of the chain: {self.solver.modelStatusToString(status)}")
        return float(self.solver.getObjectiveValue())

    def value_of_capacity(self) -> Floats:
        """What one more unit of each line would save, at the margin: duals of its limit, or of its bound if it is out."""
        solution = self.solver.getSolution()
        dual = np.array(solution.row_dual)[self.limits : self.limits + self.lines]
        return np.asarray(np.maximum(0.0, -dual - np.minimum(0.0, np.array(solution.col_dual)[: self.lines])))


def _rows(indptr: Ints) -> Ints:
    return np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))


def _solver() -> _Highs:
    from highspy._core import _Highs

    solver = _Highs()  # the public class sets a callback first, and so prints a banner into the output of the program
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("primal_feasibility_tolerance", 1e-9)
    return solver
