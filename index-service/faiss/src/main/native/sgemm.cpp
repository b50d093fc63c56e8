// faiss's sgemm_ on OpenMP threads, each running a serial OpenBLAS on its share of C.
//
// The OpenBLAS that Maven has brings its own thread pool. Beside faiss's OpenMP threads that pool
// spins for the same cores, and its size is one for the process where OpenMP's is one per calling
// thread. So OpenBLAS is held to one thread and the split is made here. It is compiled into libfaiss
// and hidden there; where libfaiss comes from a wheel, it is a library that is found before OpenBLAS.
#include <omp.h>

#include <algorithm>
#include <cstdint>

enum { ColumnMajor = 102, NoTrans = 111, Trans = 112 };

extern "C" {
void openblas_set_num_threads(int threads);
void cblas_sgemm(
        int order, int trans_a, int trans_b, int m, int n, int k,
        float alpha, const float* a, int lda, const float* b, int ldb,
        float beta, float* c, int ldc);
}

namespace {

__attribute__((constructor)) void serial_openblas() {
    openblas_set_num_threads(1);
}

bool transposed(const char* flag) {
    return *flag != 'N' && *flag != 'n';
}

/// Multiply-adds below which a second thread costs more than it brings.
constexpr int64_t min_work_per_thread = 1 << 18;

/// Rows or columns of C are dealt in multiples of this, so that kernels run full.
constexpr int64_t grain = 16;

} // namespace

extern "C" int sgemm_(
        const char* trans_a, const char* trans_b,
        const int* m, const int* n, const int* k,
        const float* alpha, const float* a, const int* lda,
        const float* b, const int* ldb,
        const float* beta, float* c, const int* ldc) {
    const bool ta = transposed(trans_a), tb = transposed(trans_b);
    const bool by_column = *n >= *m;
    const int64_t size = by_column ? *n : *m;
    const int64_t grains = (size + grain - 1) / grain;
    const int64_t work = int64_t(*m) * *n * *k;
    const int64_t parts = omp_in_parallel()
            ? 1
            : std::max<int64_t>(1, std::min({int64_t(omp_get_max_threads()), grains, work / min_work_per_thread}));

#pragma omp parallel for num_threads(int(parts)) schedule(static, 1) if (parts > 1)
    for (int64_t part = 0; part < parts; part++) {
        const int64_t from = grains * part / parts * grain;
        const int64_t to = std::min(size, grains * (part + 1) / parts * grain);
        const int64_t row = by_column ? 0 : from, column = by_column ? from : 0;
        cblas_sgemm(
                ColumnMajor, ta ? Trans : NoTrans, tb ? Trans : NoTrans,
                by_column ? *m : int(to - from), by_column ? int(to - from) : *n, *k,
                *alpha, a + (ta ? row * *lda : row), *lda,
                b + (tb ? column : column * *ldb), *ldb,
                *beta, c + row + column * *ldc, *ldc);
    }
    return 0;
}
