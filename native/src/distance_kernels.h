#pragma once

#include <cstddef>
#include <cstdint>

namespace akin {

/** The inner loops of a search, compiled once for each instruction set.
 *
 * `distance_kernels.cc` is compiled several times with AKIN_KERNELS set to the name of the namespace below and with
 * the flags of that instruction set (see scripts/build-native.mjs). It includes nothing but this header: an inline
 * function compiled for AVX-512 could otherwise be the copy that the linker keeps for everyone.
 */
struct DistanceKernels {
    /// "avx512", "avx2" or "baseline"
    const char* level;

    /// Inner product of x and y, both of size d.
    float (*inner_product)(const float* x, const float* y, size_t d);

    /// Squared L2 distance of x and y, both of size d.
    float (*L2sqr)(const float* x, const float* y, size_t d);

    /** Inner products of one vector with n others, given by their position.
     *
     * @param scores     output, size n
     * @param x          size d
     * @param rows       row-major, (max(positions) + 1) * d
     * @param positions  size n
     */
    void (*inner_products)(
            float* scores, const float* x, const float* rows, const int64_t* positions, size_t n, size_t d);

    /// The same for squared L2 distances.
    void (*L2sqrs)(float* distances, const float* x, const float* rows, const int64_t* positions, size_t n, size_t d);
};

namespace baseline {
extern const DistanceKernels kernels;
}

#ifdef AKIN_X86_KERNELS
namespace avx2 {
extern const DistanceKernels kernels;
}
namespace avx512 {
extern const DistanceKernels kernels;
}
#endif

/// The fastest kernels that this processor can run, chosen when the addon is loaded.
extern const DistanceKernels& distance_kernels;

} // namespace akin
