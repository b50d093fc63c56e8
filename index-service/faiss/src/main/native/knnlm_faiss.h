// What org.knnlm.faiss needs beside faiss's own headers: ownership, casts and search parameters,
// which are C++ matters, and counts that need no trip to Java.
#pragma once

#include <cxxabi.h>
#include <omp.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <tuple>
#include <typeinfo>
#include <utility>
#include <vector>

#include <faiss/IndexFlat.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexIVFPQFastScan.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/IndexRefine.h>
#include <faiss/IndexScalarQuantizer.h>
#include <faiss/impl/FaissAssert.h>
#include <faiss/impl/ScalarQuantizer.h>
#include <faiss/impl/io.h>
#include <faiss/impl/zerocopy_io.h>
#include <faiss/index_io.h>

#include "knnlm_gpu.h"

namespace knnlm {

/// The inverted-file index that does the search of index, below transforms and refinement; null when there is none.
inline faiss::IndexIVF* ivf_of(faiss::Index* index) {
    if (auto* transform = dynamic_cast<faiss::IndexPreTransform*>(index)) {
        return ivf_of(transform->index);
    }
    if (auto* refine = dynamic_cast<faiss::IndexRefine*>(index)) {
        return ivf_of(refine->base_index);
    }
    return dynamic_cast<faiss::IndexIVF*>(index);
}

inline int64_t nlist(faiss::Index* index) {
    const faiss::IndexIVF* ivf = ivf_of(index);
    return ivf ? ivf->nlist : 0;
}

/// The nprobe that goes into the index's file; 0 without inverted lists.
inline int64_t stored_nprobe(faiss::Index* index) {
    const faiss::IndexIVF* ivf = ivf_of(index);
    return ivf ? ivf->nprobe : 0;
}

/// False when there are no inverted lists.
inline bool set_stored_nprobe(faiss::Index* index, int64_t nprobe) {
    faiss::IndexIVF* ivf = ivf_of(index);
    if (ivf) {
        ivf->nprobe = nprobe;
    }
    return ivf;
}

/// IVFPQ over an exact L2 quantizer, which it owns.
inline faiss::Index* new_ivfpq(int d, size_t nlist, size_t m, size_t nbits) {
    auto quantizer = std::make_unique<faiss::IndexFlatL2>(d);
    auto index = std::make_unique<faiss::IndexIVFPQ>(quantizer.get(), d, nlist, m, nbits);
    index->own_fields = true;
    quantizer.release();
    return index.release();
}

/// The index in bytes, of which its codes and ids stay views. faiss's reader rounds a last value that is cut
/// short up to a whole one, which shows in its position alone.
inline faiss::Index* view_index(const uint8_t* bytes, size_t size) {
    faiss::ZeroCopyIOReader reader(bytes, size);
    std::unique_ptr<faiss::Index> index(faiss::read_index(&reader));
    FAISS_THROW_IF_NOT_FMT(
            reader.rp_ <= size, "read error: the last value ends at byte %zd of %zd", reader.rp_, size);
    return index.release();
}

/// Deletes the index with all that it owns.
inline void delete_index(faiss::Index* index) {
    const auto gpu = hold_gpu(index);
    delete index;
}

/// The seed of the k-means of coarse and product quantizers.
inline void set_clustering_seed(faiss::Index* index, int seed) {
    faiss::IndexIVF* ivf = ivf_of(index);
    if (!ivf) {
        return;
    }
    ivf->cp.seed = seed;
    if (auto* pq = dynamic_cast<faiss::IndexIVFPQ*>(ivf)) {
        pq->pq.cp.seed = seed;
    }
    if (auto* pq = dynamic_cast<faiss::IndexIVFPQFastScan*>(ivf)) {
        pq->pq.cp.seed = seed;
    }
}

/// Search parameters of one call, in the nesting that the index wants.
struct CallParameters {
    faiss::SearchParametersIVF ivf;
    faiss::IndexRefineSearchParameters refine;

    faiss::SearchParameters* of(const faiss::Index* index) {
        if (auto* transform = dynamic_cast<const faiss::IndexPreTransform*>(index)) {
            return of(transform->index);
        }
        if (auto* refined = dynamic_cast<const faiss::IndexRefine*>(index)) {
            refine.k_factor = refined->k_factor;
            refine.base_index_params = of(refined->base_index);
            return &refine;
        }
        return dynamic_cast<const faiss::IndexIVF*>(index) || is_gpu_ivf(index) ? &ivf : nullptr;
    }
};

/// Search with nprobe for this call alone, whatever the index is wrapped in. The matrix product of faiss's
/// exact search leaves the output as it was when there is nothing to multiply: an empty index is answered here.
inline void search(
        const faiss::Index* index, int64_t n, const float* queries, int64_t k, size_t nprobe,
        float* distances, int64_t* ids) {
    if (index->ntotal == 0) {
        std::fill_n(distances, n * k, std::numeric_limits<float>::max());
        std::fill_n(ids, n * k, -1);
        return;
    }
    CallParameters parameters;
    parameters.ivf.nprobe = nprobe;
    const auto gpu = hold_gpu(index);
    index->search(n, queries, k, distances, ids, parameters.of(index));
}

/// The class of the index, such as "IndexIVFPQ".
inline std::string type_of(const faiss::Index* index) {
    int status = 0;
    std::unique_ptr<char, decltype(&std::free)> name(
            abi::__cxa_demangle(typeid(*index).name(), nullptr, nullptr, &status), &std::free);
    const std::string full = status == 0 ? name.get() : typeid(*index).name();
    return full.substr(full.rfind(':') + 1);
}

/// Bytes that the index takes in a file.
inline int64_t file_bytes(const faiss::Index* index) {
    struct Counter : faiss::IOWriter {
        size_t bytes = 0;
        size_t operator()(const void*, size_t size, size_t items) override {
            bytes += size * items;
            return items;
        }
    } counter;
    faiss::write_index(index, &counter);
    return counter.bytes;
}

/// Bytes of the table that an IVFPQ keeps beside what is in its file.
inline int64_t table_bytes(faiss::Index* index) {
    auto* ivfpq = dynamic_cast<faiss::IndexIVFPQ*>(ivf_of(index));
    return ivfpq ? ivfpq->precomputed_table.size() * sizeof(float) : 0;
}

/// Why faiss has nothing like the index on GPUs; empty when it may have. Derived classes, which faiss would copy as
/// if they were their bases, are told apart.
inline std::string cpu_only(const faiss::Index* index) {
    if (auto* transform = dynamic_cast<const faiss::IndexPreTransform*>(index)) {
        return cpu_only(transform->index);
    }
    const std::type_info& type = typeid(*index);
    if (type == typeid(faiss::IndexFlat) || type == typeid(faiss::IndexFlatL2)) {
        return "";
    }
    if (type == typeid(faiss::IndexIVFFlat) || type == typeid(faiss::IndexIVFPQ) ||
        type == typeid(faiss::IndexIVFScalarQuantizer)) {
        return cpu_only(static_cast<const faiss::IndexIVF*>(index)->quantizer);
    }
    return "faiss has no " + type_of(index) + " for GPUs";
}

/// Bytes that a copy on a GPU takes, from above: there lists are padded to 32 vectors, and their codes and ids each to
/// what CUDA hands out at least.
inline int64_t gpu_bytes(faiss::Index* index) {
    const faiss::IndexIVF* ivf = ivf_of(index);
    const int64_t padding = ivf ? ivf->nlist * (32 * (ivf->code_size + sizeof(int64_t)) + 2 * 512) : 0;
    return file_bytes(index) + padding;
}

/// The first vector that has a NaN or an infinity; -1 when there is none.
inline int64_t first_not_finite(int64_t n, int d, const float* vectors) {
    for (int64_t i = 0; i < n; i++) {
        // x * 0 is 0 for finite x and NaN for all others: a sum, which compilers can vectorise
        float zero = 0;
#pragma omp simd reduction(+ : zero)
        for (int j = 0; j < d; j++) {
            zero += vectors[i * d + j] * 0.0f;
        }
        if (!(zero == 0)) {
            return i;
        }
    }
    return -1;
}

/// Asks for the cache lines of a float16 vector, which the reader of random rows would else wait for.
inline void prefetch(const uint8_t* vector, int d) {
    for (int byte = 0; byte < 2 * d; byte += 64) {
        __builtin_prefetch(vector + byte);
    }
}

/// Squared L2 distances of each query to float16 vectors that are named by row, [n, k]; infinite for row -1.
inline void half_distances(
        const uint8_t* vectors, int64_t rows, int d, int64_t n, const float* queries, int64_t k, const int64_t* ids,
        float* distances) {
    for (int64_t i = 0; i < n * k; i++) {
        FAISS_THROW_IF_NOT_FMT(ids[i] >= -1 && ids[i] < rows, "row %zd of %zd", size_t(ids[i]), size_t(rows));
    }
    constexpr int64_t block = 256; // rows: a single query keeps all threads busy too
    constexpr int64_t ahead = 4;
    const int64_t blocks = (k + block - 1) / block;
    const faiss::ScalarQuantizer half(d, faiss::ScalarQuantizer::QT_fp16);
    const auto row = [=](int64_t id) { return vectors + std::max<int64_t>(id, 0) * 2 * d; };
#pragma omp parallel
    {
        std::unique_ptr<faiss::ScalarQuantizer::SQDistanceComputer> distance(half.get_distance_computer());
#pragma omp for schedule(dynamic)
        for (int64_t task = 0; task < n * blocks; task++) {
            const int64_t query = task / blocks;
            const int64_t begin = query * k + task % blocks * block;
            const int64_t end = std::min(begin + block, (query + 1) * k);
            distance->set_query(queries + query * d);
            for (int64_t i = begin; i < end; i++) {
                if (i + ahead < end) {
                    prefetch(row(ids[i + ahead]), d);
                }
                distances[i] =
                        ids[i] < 0 ? std::numeric_limits<float>::infinity() : distance->query_to_code(row(ids[i]));
            }
        }
    }
}

/// The k nearest of the candidates of each query, by exact distance and then by row; -1 where there are fewer.
inline void half_nearest(
        const uint8_t* vectors, int64_t rows, int d, int64_t n, const float* queries, int64_t candidates,
        const int64_t* candidate_ids, int64_t k, float* distances, int64_t* ids) {
    std::vector<float> exact(n * candidates);
    half_distances(vectors, rows, d, n, queries, candidates, candidate_ids, exact.data());
#pragma omp parallel
    {
        std::vector<std::pair<float, int64_t>> order(candidates);
#pragma omp for schedule(dynamic)
        for (int64_t query = 0; query < n; query++) {
            for (int64_t j = 0; j < candidates; j++) {
                order[j] = {exact[query * candidates + j], candidate_ids[query * candidates + j]};
            }
            // half the time of a partial_sort, where k is not small
            std::nth_element(order.begin(), order.begin() + k, order.end());
            std::sort(order.begin(), order.begin() + k);
            for (int64_t j = 0; j < k; j++) {
                std::tie(distances[query * k + j], ids[query * k + j]) = order[j];
            }
        }
    }
}

/// For the calling thread alone, as OpenMP has it.
inline void set_threads(int threads) {
    omp_set_num_threads(threads);
}

} // namespace knnlm
