#include "distance_kernels.h"

#include <cstdlib>
#include <string>

#ifdef AKIN_REPLACE_FAISS_DISTANCES
#include <faiss/utils/distances.h>
#endif

namespace akin {

namespace {

/// AKIN_SIMD=avx2 or AKIN_SIMD=baseline keeps to less than the processor has, for tests and comparisons.
const DistanceKernels& fastest_kernels() {
#ifdef AKIN_X86_KERNELS
    const char* wanted = std::getenv("AKIN_SIMD");
    const std::string limit = wanted == nullptr ? "" : wanted;
    if (limit == "baseline") {
        return baseline::kernels;
    }
    if (limit != "avx2" && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) {
        return avx512::kernels;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return avx2::kernels;
    }
#endif
    return baseline::kernels;
}

} // namespace

const DistanceKernels& distance_kernels = fastest_kernels();

} // namespace akin

#ifdef AKIN_REPLACE_FAISS_DISTANCES

/* Debian's libfaiss.a has only scalar code for these two, four times slower. This object is linked before the archive
 * with --allow-multiple-definition, so that FAISS itself runs ours. */
namespace faiss {

float fvec_inner_product(const float* x, const float* y, size_t d) {
    return akin::distance_kernels.inner_product(x, y, d);
}

float fvec_L2sqr(const float* x, const float* y, size_t d) {
    return akin::distance_kernels.L2sqr(x, y, d);
}

} // namespace faiss

#endif
