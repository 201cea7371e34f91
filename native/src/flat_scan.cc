#include "flat_scan.h"

#include <algorithm>

#include "distance_kernels.h"

namespace akin {

namespace {

/// Positions scored before any of them is looked at; positions and scores of a block stay in the first-level cache.
constexpr size_t block_size = 256;

} // namespace

void FlatScan::score(const float* query, const int64_t* positions, size_t n, float* scores) const {
    if (!is_l2_) {
        distance_kernels.inner_products(scores, query, vectors_, positions, n, d_);
        return;
    }
    distance_kernels.L2sqrs(scores, query, vectors_, positions, n, d_);
    for (size_t i = 0; i < n; i++) {
        scores[i] = -scores[i];
    }
}

void FlatScan::scan_block(const float* query, const int64_t* positions, size_t n, TopK& top) const {
    float scores[block_size];
    score(query, positions, n, scores);
    for (size_t i = 0; i < n; i++) {
        if (scores[i] >= top.threshold()) {
            top.offer(scores[i], ids_.id_at(positions[i]));
        }
    }
}

void FlatScan::scan(const float* query, const IdSelection* selection, TopK& top) const {
    int64_t positions[block_size];
    size_t n = 0;
    auto take = [&](size_t position) {
        positions[n++] = static_cast<int64_t>(position);
        if (n == block_size) {
            scan_block(query, positions, n, top);
            n = 0;
        }
    };
    if (selection == nullptr) {
        for (size_t position = 0; position < ids_.size(); position++) {
            take(position);
        }
    } else {
        for (const RankInterval& interval : selection->intervals) {
            for (size_t rank = interval.begin; rank < interval.end; rank++) {
                take(ids_.position_of_rank(rank));
            }
        }
    }
    scan_block(query, positions, n, top);
}

} // namespace akin
