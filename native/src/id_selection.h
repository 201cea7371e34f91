#pragma once

#include <cstdint>
#include <vector>

#include "id_map.h"

namespace akin {

/// Ascending, disjoint, inclusive ranges of ids: [first0, last0, first1, last1, ...]
using IdRanges = std::vector<int64_t>;

/// Which ids a search may find.
struct IdFilter {
    bool has_within = false;
    IdRanges within; ///< only these, when has_within
    IdRanges except; ///< but not these

    bool selects_all() const {
        return !has_within && except.empty();
    }
};

/// Ranks begin .. end - 1.
struct RankInterval {
    size_t begin;
    size_t end;
};

/** What a filter selects of an index, as ascending, disjoint intervals of ranks.
 *
 * Since ids ascend with ranks, a range of ids is one interval, however many vectors lie in it: building it takes a walk
 * over the ranges, not over the vectors.
 */
struct IdSelection {
    std::vector<RankInterval> intervals;
    size_t size = 0; ///< vectors selected

    IdSelection(const IdMap& ids, const IdFilter& filter);
};

} // namespace akin
