"""Python faiss's side of FaissPythonIT.

exchange.py read INDEX QUERIES K NPROBE IDS DISTANCES AGAIN
    reads INDEX, searches it, and writes it to AGAIN
exchange.py make DESCRIPTION D KEYS INDEX
    trains and fills an index and writes it to INDEX
Arrays are raw little-endian float32 and int64, row-major.
"""

import sys

import faiss
import numpy as np


def read(index_file, queries, k, nprobe, ids, distances, again):
    index = faiss.read_index(index_file)
    ivf = faiss.try_extract_index_ivf(index)
    if ivf is not None:
        ivf.nprobe, stored = int(nprobe), ivf.nprobe
    d2, found = index.search(np.fromfile(queries, "<f4").reshape(-1, index.d), int(k))
    found.astype("<i8").tofile(ids)
    d2.astype("<f4").tofile(distances)
    if ivf is not None:
        ivf.nprobe = stored
    faiss.write_index(index, again)


def make(description, d, keys, index_file):
    vectors = np.fromfile(keys, "<f4").reshape(-1, int(d))
    index = faiss.index_factory(int(d), description)
    index.train(vectors)
    index.add(vectors)
    faiss.write_index(index, index_file)


faiss.omp_set_num_threads(1)
{"read": read, "make": make}[sys.argv[1]](*sys.argv[2:])
