"""Synthetic datastores in the reference's files."""
import faiss
import numpy as np


def clustered(n, d, rng):
    """Keys that lie in clusters of different size, as hidden states do; float16 like a datastore's."""
    centres = rng.standard_normal((2000, d), np.float32) * 2
    which = rng.choice(2000, n, p=rng.dirichlet(np.ones(2000)))
    return (centres[which] + rng.standard_normal((n, d), np.float32)).astype(np.float16)


def near(keys, count, rng):
    """Queries near some of the keys."""
    noise = rng.standard_normal((count, keys.shape[1]), np.float32) * .5
    return keys[rng.choice(len(keys), count)].astype(np.float32) + noise


def values(n, vocabulary=49152):
    """The tokens that a datastore written here has beside its keys: drawn at random, always the same."""
    return np.random.default_rng(1).integers(0, vocabulary, n, np.int32)


def written(folder, keys, model_type, *vocabulary):
    """Writes keys and values into a datastore's folder."""
    n, d = keys.shape
    folder.mkdir(parents=True)
    keys.tofile(folder / f"dstore_{model_type}_{n}_{d}_keys.npy")
    values(n, *vocabulary).tofile(folder / f"dstore_{model_type}_{n}_{d}_vals.npy")


def indexed(folder, keys, model_type, threads, *vocabulary):
    """Writes a datastore with its index, which is returned."""
    n, d = keys.shape
    written(folder, keys, model_type, *vocabulary)
    rng = np.random.default_rng(1)
    faiss.omp_set_num_threads(threads)
    index = faiss.IndexIVFPQ(faiss.IndexFlatL2(d), d, min(1024, n // 40), 64, 8)
    index.nprobe = min(32, index.nlist)
    index.train(keys[rng.choice(n, min(n, 100_000), replace=False)].astype(np.float32))
    for start in range(0, n, 100_000):
        index.add(keys[start:start + 100_000].astype(np.float32))
    faiss.write_index(index, str(folder / f"index_{model_type}_{n}_{d}_0_{n}.indexed"))
    return index
