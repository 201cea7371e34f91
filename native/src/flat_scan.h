#pragma once

#include <cstddef>
#include <cstdint>

#include "id_map.h"
#include "id_selection.h"
#include "top_k.h"

namespace akin {

/** Scores of vectors by their position, the exact way.
 *
 * FAISS's own scan of a Flat index is not used for single queries: ours takes eight rows at a time and is about 1.2
 * times as fast, and it walks over a selection at the cost of what is selected, where FAISS asks a selector for each
 * vector. (For batches without a filter FAISS has BLAS, which is faster still.)
 */
class FlatScan {
public:
    /** @param vectors  size ids.size() * d, kept by the caller
     *  @param is_l2    scores are negated squared distances instead of inner products */
    FlatScan(const float* vectors, size_t d, bool is_l2, const IdMap& ids)
            : vectors_(vectors), d_(d), is_l2_(is_l2), ids_(ids) {}

    /** @param positions  size n
     *  @param scores     output, size n */
    void score(const float* query, const int64_t* positions, size_t n, float* scores) const;

    /// Offers all vectors, or those of a selection, to `top`.
    void scan(const float* query, const IdSelection* selection, TopK& top) const;

private:
    void scan_block(const float* query, const int64_t* positions, size_t n, TopK& top) const;

    const float* vectors_;
    size_t d_;
    bool is_l2_;
    const IdMap& ids_;
};

} // namespace akin
