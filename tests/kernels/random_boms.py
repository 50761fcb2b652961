"""Random bills of materials with makers, as the kernels of survival take them."""

import numpy as np


def random_case(seed, parts=8, makers=3):
    """A random case: bom by child, demand, stock, (part, capacity) of each line."""
    rng = np.random.default_rng(seed)
    label = rng.permutation(parts)
    children = [[] for _ in range(parts)]
    for child in range(1, parts):
        for parent in rng.choice(child, size=min(child, rng.integers(0, 4)), replace=False):
            children[label[child]].append((label[parent], float(rng.choice([0.5, 1.0, 2.0, 3.0]))))
    indptr = np.append(0, np.cumsum([len(c) for c in children]))
    parent = np.array([p for c in children for p, _ in c], dtype=np.int64)
    quantity = np.array([q for c in children for _, q in c])
    demand = np.where(rng.random(parts) < 0.5, rng.uniform(1.0, 10.0, parts), 0.0)
    demand[label[0]] = 10.0
    need = need_of((indptr, parent, quantity), demand)
    stock = np.where(rng.random(parts) < 0.8, need * rng.uniform(0.0, 20.0, parts), 0.0)
    many = rng.integers(1, makers + 1, parts)
    part = np.repeat(np.arange(parts), many)
    share = rng.random(len(part))
    share /= np.bincount(part, share, minlength=parts)[part]
    capacity = share * need[part] * rng.choice([1.0, 1.2, 2.0], len(part))
    return (indptr, parent, quantity), demand, stock, (part, capacity)


def matrix_of(bom, parts):
    """R[child, parent]: units of child in a parent."""
    indptr, parent, quantity = bom
    dense = np.zeros((parts, parts))
    dense[np.repeat(np.arange(parts), np.diff(indptr)), parent] = quantity
    return dense


def need_of(bom, demand):
    """Steady demand exploded through the bill of materials."""
    return np.linalg.solve(np.eye(len(demand)) - matrix_of(bom, len(demand)), demand)


def sites_of(lines):
    """Each line as a target that loses all of it."""
    part, capacity = lines
    return np.arange(len(part) + 1), part, capacity
