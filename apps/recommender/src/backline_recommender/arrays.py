"""Names for the arrays that the models pass around."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
Csr = sp.csr_array
"""Float32, indices sorted, no duplicates."""


def row_sums(matrix: Csr) -> Float64:
    """[rows]"""
    return np.asarray(matrix.sum(axis=1), dtype=np.float64).ravel()


def row_of_entry(matrix: Csr) -> Int64:
    """[entries] The row that each stored entry stands in."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))


def column_counts(matrix: Csr) -> Int64:
    """[columns] How many entries are stored in each column."""
    return np.bincount(matrix.indices, minlength=matrix.shape[1])
