#include "id_map.h"

#include <algorithm>
#include <numeric>

namespace akin {

size_t IdMap::first_rank(int64_t id, size_t from) const {
    const size_t n = size();
    // ids of ranks below `low` are below id; the id of rank `high`, if there is one, is not.
    size_t low = from;
    size_t step = 1;
    while (low < n && id_of_rank(low) < id) {
        const size_t next = low + step;
        if (next >= n || id_of_rank(next) >= id) {
            size_t high = std::min(next, n);
            low++;
            while (low < high) {
                const size_t middle = low + (high - low) / 2;
                if (id_of_rank(middle) < id) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
        low = next;
        step *= 2;
    }
    return std::min(low, n);
}

bool IdMap::stays_ascending(const std::vector<int64_t>& ids) const {
    return is_ascending() && std::is_sorted(ids.begin(), ids.end()) &&
            (ids_.empty() || ids.empty() || ids_.back() < ids.front());
}

void IdMap::make_room(const std::vector<int64_t>& ids) {
    const size_t n = size() + ids.size();
    if (ids_.capacity() < n) {
        ids_.reserve(std::max(n, 2 * ids_.capacity()));
    }
    if (!stays_ascending(ids) && by_id_.capacity() < n) {
        by_id_.reserve(std::max(n, 2 * by_id_.capacity()));
    }
}

void IdMap::append(const std::vector<int64_t>& ids) {
    const size_t n = size();
    const bool is_in_order = stays_ascending(ids);
    ids_.insert(ids_.end(), ids.begin(), ids.end());
    if (is_in_order) {
        return;
    }
    if (by_id_.empty()) {
        by_id_.resize(n);
        std::iota(by_id_.begin(), by_id_.end(), 0);
    }
    by_id_.resize(size());
    std::iota(by_id_.begin() + n, by_id_.end(), static_cast<uint32_t>(n));
    auto by_id = [this](uint32_t a, uint32_t b) { return ids_[a] < ids_[b]; };
    std::sort(by_id_.begin() + n, by_id_.end(), by_id);
    std::inplace_merge(by_id_.begin(), by_id_.begin() + n, by_id_.end(), by_id);
}

void IdMap::remove(const std::vector<bool>& is_removed) {
    const size_t n = size();
    std::vector<uint32_t> moved_to(is_ascending() ? 0 : n);
    size_t kept = 0;
    for (size_t position = 0; position < n; position++) {
        if (is_removed[position]) {
            continue;
        }
        if (!moved_to.empty()) {
            moved_to[position] = static_cast<uint32_t>(kept);
        }
        ids_[kept++] = ids_[position];
    }
    ids_.resize(kept);
    if (moved_to.empty()) {
        return;
    }
    size_t kept_ranks = 0;
    for (uint32_t position : by_id_) {
        if (!is_removed[position]) {
            by_id_[kept_ranks++] = moved_to[position];
        }
    }
    by_id_.resize(std::is_sorted(ids_.begin(), ids_.end()) ? 0 : kept_ranks);
}

size_t IdCursor::find(int64_t id) {
    rank_ = map_.first_rank(id, id >= previous_id_ ? rank_ : 0);
    previous_id_ = id;
    return rank_ < map_.size() && map_.id_of_rank(rank_) == id ? map_.position_of_rank(rank_) : npos;
}

} // namespace akin
