#include "top_k.h"

#include <algorithm>

namespace akin {

void TopK::offer(float score, int64_t id) {
    const Entry entry{score, id};
    if (entries_.size() == k_) {
        if (!is_better(entry, entries_.front())) {
            return;
        }
        std::pop_heap(entries_.begin(), entries_.end(), is_better);
        entries_.back() = entry;
    } else {
        entries_.push_back(entry);
    }
    std::push_heap(entries_.begin(), entries_.end(), is_better);
    if (entries_.size() == k_) {
        threshold_ = entries_.front().score;
    }
}

void TopK::write(double* ids, float* scores, size_t k) {
    std::sort_heap(entries_.begin(), entries_.end(), is_better);
    size_t i = 0;
    for (; i < entries_.size(); i++) {
        ids[i] = static_cast<double>(entries_[i].id);
        scores[i] = entries_[i].score;
    }
    std::fill(ids + i, ids + k, -1.0);
    std::fill(scores + i, scores + k, -std::numeric_limits<float>::infinity());
}

} // namespace akin
