#include "id_selection.h"

#include <algorithm>

namespace akin {

namespace {

std::vector<RankInterval> to_intervals(const IdMap& ids, const IdRanges& ranges) {
    std::vector<RankInterval> intervals;
    size_t rank = 0;
    for (size_t i = 0; i < ranges.size() && rank < ids.size(); i += 2) {
        const size_t begin = ids.first_rank(ranges[i], rank);
        const size_t end = ids.first_rank(ranges[i + 1] + 1, begin);
        if (begin == end) {
            rank = end;
            continue;
        }
        if (!intervals.empty() && intervals.back().end == begin) {
            intervals.back().end = end;
        } else {
            intervals.push_back({begin, end});
        }
        rank = end;
    }
    return intervals;
}

std::vector<RankInterval> subtract(const std::vector<RankInterval>& from, const std::vector<RankInterval>& what) {
    std::vector<RankInterval> rest;
    auto hole = what.begin();
    for (RankInterval interval : from) {
        while (hole != what.end() && hole->end <= interval.begin) {
            ++hole;
        }
        // A hole may reach over several intervals, so the outer walk does not go past one that is not used up.
        for (auto next = hole; next != what.end() && next->begin < interval.end; ++next) {
            if (interval.begin < next->begin) {
                rest.push_back({interval.begin, next->begin});
            }
            interval.begin = std::min(next->end, interval.end);
        }
        if (interval.begin < interval.end) {
            rest.push_back(interval);
        }
    }
    return rest;
}

} // namespace

IdSelection::IdSelection(const IdMap& ids, const IdFilter& filter) {
    if (filter.has_within) {
        intervals = to_intervals(ids, filter.within);
    } else if (ids.size() > 0) {
        intervals = {{0, ids.size()}};
    }
    if (!filter.except.empty()) {
        intervals = subtract(intervals, to_intervals(ids, filter.except));
    }
    for (const RankInterval& interval : intervals) {
        size += interval.end - interval.begin;
    }
}

} // namespace akin
