// Copies of indexes on NVIDIA GPUs, in builds with KNNLM_FAISS_CUDA; all others find no GPU. Where faiss checks a call
// of CUDA it ends the process, so what may fail (no driver, no memory) is asked of CUDA here, and thrown.
//
//   gpus                number of GPUs that CUDA finds
//   gpu_problem         why it finds none; empty when it does
//   gpu_name            of the GPU of that number
//   gpu_capability      its compute capability: 89 is 8.9
//   gpu_has_kernels     whether libfaiss has code for a compute capability
//   gpu_free_bytes      memory that nobody has taken
//   to_gpu              a copy on a GPU
//   hold_gpu            the right to use the GPU that an index is on
//   is_gpu_ivf          whether an index is inverted lists on a GPU
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include <faiss/Index.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/IndexPreTransform.h>
#include <faiss/impl/FaissAssert.h>

#ifdef KNNLM_FAISS_CUDA

#include <map>

#include <cuda_runtime_api.h>

#include <faiss/gpu/GpuCloner.h>
#include <faiss/gpu/GpuIndex.h>
#include <faiss/gpu/GpuIndexIVF.h>
#include <faiss/gpu/StandardGpuResources.h>

namespace knnlm {

inline void require_cuda(cudaError_t error, const char* action) {
    if (error != cudaSuccess) {
        cudaGetLastError(); // else faiss takes it for an error of its own
        FAISS_THROW_FMT("CUDA cannot %s: %s", action, cudaGetErrorString(error));
    }
}

inline int gpus() {
    int count = 0;
    const cudaError_t error = cudaGetDeviceCount(&count);
    cudaGetLastError();
    return error == cudaSuccess ? count : 0;
}

inline std::string gpu_problem() {
    int count = 0;
    const cudaError_t error = cudaGetDeviceCount(&count);
    cudaGetLastError();
    return error == cudaSuccess ? "" : std::string("CUDA finds no GPU: ") + cudaGetErrorString(error);
}

inline std::string gpu_name(int gpu) {
    cudaDeviceProp properties;
    require_cuda(cudaGetDeviceProperties(&properties, gpu), "describe a GPU");
    return properties.name;
}

inline int gpu_capability(int gpu) {
    int major = 0, minor = 0;
    require_cuda(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, gpu), "describe a GPU");
    require_cuda(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, gpu), "describe a GPU");
    return 10 * major + minor;
}

/// The wheel's libfaiss has machine code for 7.0 and 8.0, which all of their major version run, and nothing (PTX)
/// that a driver could compile for others. A kernel that is not there would end the process.
inline bool gpu_has_kernels(int capability) {
    return capability / 10 == 7 || capability / 10 == 8;
}

inline int64_t gpu_free_bytes(int gpu) {
    size_t free = 0, total = 0;
    require_cuda(cudaSetDevice(gpu), "use a GPU");
    require_cuda(cudaMemGetInfo(&free, &total), "ask for a GPU's memory");
    return free;
}

/// What the indexes on one GPU share. faiss wants one caller at a time.
struct Gpu {
    std::mutex busy;
    faiss::gpu::StandardGpuResources resources;

    Gpu() {
        resources.setTempMemory(size_t(1) << 30);
    }
};

inline Gpu& gpu_at(int number) {
    static std::mutex making;
    static auto& made = *new std::map<int, Gpu>; // never destroyed: at exit CUDA may be gone before
    const std::lock_guard<std::mutex> lock(making);
    return made[number];
}

inline const faiss::gpu::GpuIndex* gpu_index_of(const faiss::Index* index) {
    if (auto* transform = dynamic_cast<const faiss::IndexPreTransform*>(index)) {
        return gpu_index_of(transform->index);
    }
    return dynamic_cast<const faiss::gpu::GpuIndex*>(index);
}

inline std::unique_lock<std::mutex> hold_gpu(const faiss::Index* index) {
    const faiss::gpu::GpuIndex* on_gpu = gpu_index_of(index);
    return on_gpu ? std::unique_lock<std::mutex>(gpu_at(on_gpu->getDevice()).busy) : std::unique_lock<std::mutex>();
}

inline bool is_gpu_ivf(const faiss::Index* index) {
    return dynamic_cast<const faiss::gpu::GpuIndexIVF*>(index);
}

inline faiss::Index* to_gpu(const faiss::Index* index, int gpu) {
    const faiss::Index* inner = index;
    while (auto* transform = dynamic_cast<const faiss::IndexPreTransform*>(inner)) {
        inner = transform->index;
    }
    faiss::gpu::GpuClonerOptions options;
    // Tables of 64 sub-quantizers fit a GPU's shared memory in float16 alone. Elsewhere the option would round vectors.
    options.useFloat16 = dynamic_cast<const faiss::IndexIVFPQ*>(inner);
    Gpu& target = gpu_at(gpu);
    const std::lock_guard<std::mutex> lock(target.busy);
    return faiss::gpu::index_cpu_to_gpu(&target.resources, gpu, index, &options);
}

} // namespace knnlm

#else

namespace knnlm {

inline int gpus() {
    return 0;
}

inline std::string gpu_problem() {
    return "faiss is built without CUDA";
}

inline std::string gpu_name(int gpu) {
    FAISS_THROW_FMT("there is no GPU %d", gpu);
}

inline int gpu_capability(int gpu) {
    FAISS_THROW_FMT("there is no GPU %d", gpu);
}

inline bool gpu_has_kernels(int) {
    return false;
}

inline int64_t gpu_free_bytes(int gpu) {
    FAISS_THROW_FMT("there is no GPU %d", gpu);
}

inline std::unique_lock<std::mutex> hold_gpu(const faiss::Index*) {
    return {};
}

inline bool is_gpu_ivf(const faiss::Index*) {
    return false;
}

inline faiss::Index* to_gpu(const faiss::Index*, int gpu) {
    FAISS_THROW_FMT("there is no GPU %d", gpu);
}

} // namespace knnlm

#endif
