#include "distance_kernels.h"

#define AKIN_STRING_OF(name) #name
#define AKIN_STRING(name) AKIN_STRING_OF(name)
#define AKIN_INLINE static inline __attribute__((always_inline))

namespace akin {
namespace AKIN_KERNELS {

namespace {

struct Product {
    AKIN_INLINE float of(float a, float b) {
        return a * b;
    }
};

struct SquaredDifference {
    AKIN_INLINE float of(float a, float b) {
        return (a - b) * (a - b);
    }
};

template <class Term>
AKIN_INLINE float sum_of(const float* x, const float* y, size_t d) {
    float sum = 0;
    for (size_t i = 0; i < d; i++) {
        sum += Term::of(x[i], y[i]);
    }
    return sum;
}

/* Eight rows at a time: x is loaded once for all of them, and eight independent sums and streams of memory are under
 * way at once. On every instruction set this came nearer to the memory's speed than one row after the other, and than
 * four rows with or without prefetching (100 % of 200,000 x 384: 37 to 40 GB/s against 30). */
template <class Term>
AKIN_INLINE void sums_of(
        float* sums, const float* x, const float* rows, const int64_t* positions, size_t n, size_t d) {
    size_t j = 0;
    for (; j + 8 <= n; j += 8) {
        const float* y0 = rows + positions[j] * d;
        const float* y1 = rows + positions[j + 1] * d;
        const float* y2 = rows + positions[j + 2] * d;
        const float* y3 = rows + positions[j + 3] * d;
        const float* y4 = rows + positions[j + 4] * d;
        const float* y5 = rows + positions[j + 5] * d;
        const float* y6 = rows + positions[j + 6] * d;
        const float* y7 = rows + positions[j + 7] * d;
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        for (size_t i = 0; i < d; i++) {
            const float xi = x[i];
            s0 += Term::of(xi, y0[i]);
            s1 += Term::of(xi, y1[i]);
            s2 += Term::of(xi, y2[i]);
            s3 += Term::of(xi, y3[i]);
            s4 += Term::of(xi, y4[i]);
            s5 += Term::of(xi, y5[i]);
            s6 += Term::of(xi, y6[i]);
            s7 += Term::of(xi, y7[i]);
        }
        sums[j] = s0;
        sums[j + 1] = s1;
        sums[j + 2] = s2;
        sums[j + 3] = s3;
        sums[j + 4] = s4;
        sums[j + 5] = s5;
        sums[j + 6] = s6;
        sums[j + 7] = s7;
    }
    for (; j < n; j++) {
        sums[j] = sum_of<Term>(x, rows + positions[j] * d, d);
    }
}

float inner_product(const float* x, const float* y, size_t d) {
    return sum_of<Product>(x, y, d);
}

float L2sqr(const float* x, const float* y, size_t d) {
    return sum_of<SquaredDifference>(x, y, d);
}

void inner_products(
        float* scores, const float* x, const float* rows, const int64_t* positions, size_t n, size_t d) {
    sums_of<Product>(scores, x, rows, positions, n, d);
}

void L2sqrs(float* distances, const float* x, const float* rows, const int64_t* positions, size_t n, size_t d) {
    sums_of<SquaredDifference>(distances, x, rows, positions, n, d);
}

} // namespace

const DistanceKernels kernels = {AKIN_STRING(AKIN_KERNELS), inner_product, L2sqr, inner_products, L2sqrs};

} // namespace AKIN_KERNELS
} // namespace akin
