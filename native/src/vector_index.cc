#include "vector_index.h"

#include <algorithm>
#include <limits>

#include <faiss/index_factory.h>
#include <faiss/utils/distances.h>
#if __has_include(<faiss/impl/IDSelector.h>)
#include <faiss/impl/IDSelector.h>
#else
#include <faiss/impl/AuxIndexStructures.h> // where 1.7.2 has IDSelector
#endif

#include "error.h"
#include "flat_scan.h"

namespace akin {

namespace {

/// Selects the positions that are marked.
class MarkedPositions : public faiss::IDSelector {
public:
    explicit MarkedPositions(const std::vector<bool>& is_marked) : is_marked_(is_marked) {}

    bool is_member(int64_t position) const override {
        return is_marked_[position];
    }

private:
    const std::vector<bool>& is_marked_;
};

std::unique_ptr<faiss::IndexFlat> make_index(size_t d, Metric metric, const std::string& description) {
    if (description != "Flat") {
        throw CodedError("invalid-argument", "The index description \"" + description + "\" is not supported; use \"Flat\"");
    }
    std::unique_ptr<faiss::Index> index(faiss::index_factory(
            static_cast<int>(d),
            description.c_str(),
            metric == Metric::l2 ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT));
    auto* flat = dynamic_cast<faiss::IndexFlat*>(index.get());
    if (flat == nullptr) {
        throw CodedError("native-failed", "FAISS made an index of another kind than asked for");
    }
    index.release();
    return std::unique_ptr<faiss::IndexFlat>(flat);
}

/// Orders runs of equal scores by id: FAISS leaves them as its heap had them.
void order_ties_by_id(size_t k, double* ids, const float* scores) {
    for (size_t begin = 0; begin < k;) {
        size_t end = begin + 1;
        while (end < k && scores[end] == scores[begin]) {
            end++;
        }
        std::sort(ids + begin, ids + end);
        begin = end;
    }
}

} // namespace

VectorIndex::VectorIndex(size_t d, Metric metric, const std::string& description)
        : index_(make_index(d, metric, description)) {}

VectorIndex::VectorIndex(std::unique_ptr<faiss::IndexFlat> index, const std::vector<int64_t>& ids)
        : index_(std::move(index)) {
    ids_.append(ids);
}

Metric VectorIndex::metric() const {
    return index_->metric_type == faiss::METRIC_L2 ? Metric::l2 : Metric::inner_product;
}

void VectorIndex::require_new(const std::vector<int64_t>& ids) const {
    std::vector<int64_t> sorted(ids);
    std::sort(sorted.begin(), sorted.end());
    auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) {
        throw CodedError("duplicate-id", "Id " + std::to_string(*twice) + " comes twice");
    }
    IdCursor cursor(ids_);
    for (int64_t id : sorted) {
        if (cursor.find(id) != IdCursor::npos) {
            throw CodedError("duplicate-id", "Id " + std::to_string(id) + " is in the index already");
        }
    }
}

void VectorIndex::add(const std::vector<int64_t>& ids, const float* vectors) {
    require_new(ids);
    if (ids.size() > IdMap::max_size - size()) {
        throw CodedError("invalid-argument", "A vector index holds at most 2^32 - 1 vectors");
    }
    ids_.make_room(ids); // if memory runs out, then here or in FAISS, with the index as it was
    index_->add(static_cast<int64_t>(ids.size()), vectors);
    ids_.append(ids);
}

size_t VectorIndex::remove(const std::vector<int64_t>& ids) {
    std::vector<bool> is_removed(size());
    size_t count = 0;
    IdCursor cursor(ids_);
    for (int64_t id : ids) {
        const size_t position = cursor.find(id);
        if (position != IdCursor::npos && !is_removed[position]) {
            is_removed[position] = true;
            count++;
        }
    }
    if (count > 0) {
        index_->remove_ids(MarkedPositions(is_removed));
        ids_.remove(is_removed);
    }
    return count;
}

void VectorIndex::search(
        size_t n, const float* queries, size_t k, const IdFilter& filter, double* ids, float* scores) const {
    if (filter.selects_all() && n >= static_cast<size_t>(faiss::distance_compute_blas_threshold) && size() > 0) {
        search_faiss(n, queries, k, ids, scores);
        return;
    }
    std::unique_ptr<IdSelection> selection;
    if (!filter.selects_all()) {
        selection = std::make_unique<IdSelection>(ids_, filter);
    }
    const size_t held = selection ? selection->size : size();
    std::vector<TopK> tops; // all memory is taken before threads start, where an exception would end the process
    tops.reserve(n);
    for (size_t i = 0; i < n; i++) {
        tops.emplace_back(std::min(k, std::max<size_t>(held, 1)));
    }
    const FlatScan flat(index_->get_xb(), d(), metric() == Metric::l2, ids_);
#pragma omp parallel for schedule(dynamic) if (n > 1)
    for (int64_t i = 0; i < static_cast<int64_t>(n); i++) {
        flat.scan(queries + i * d(), selection.get(), tops[i]);
        tops[i].write(ids + i * k, scores + i * k, k);
    }
}

void VectorIndex::search_faiss(size_t n, const float* queries, size_t k, double* ids, float* scores) const {
    const size_t found = std::min(k, size());
    const float sign = metric() == Metric::l2 ? -1.0f : 1.0f;
    std::vector<int64_t> positions(n * found);
    std::vector<float> distances(n * found);
    index_->search(static_cast<int64_t>(n), queries, static_cast<int64_t>(found), distances.data(), positions.data());
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < k; j++) {
            const int64_t position = j < found ? positions[i * found + j] : -1;
            ids[i * k + j] = position < 0 ? -1.0 : static_cast<double>(ids_.id_at(position));
            scores[i * k + j] = position < 0 ? -std::numeric_limits<float>::infinity() : sign * distances[i * found + j];
        }
        order_ties_by_id(found, ids + i * k, scores + i * k);
    }
}

void VectorIndex::score(const float* query, const std::vector<int64_t>& ids, float* scores) const {
    std::vector<int64_t> positions;
    std::vector<size_t> places;
    positions.reserve(ids.size());
    places.reserve(ids.size());
    IdCursor cursor(ids_);
    for (size_t i = 0; i < ids.size(); i++) {
        const size_t position = cursor.find(ids[i]);
        if (position == IdCursor::npos) {
            scores[i] = std::numeric_limits<float>::quiet_NaN();
        } else {
            positions.push_back(static_cast<int64_t>(position));
            places.push_back(i);
        }
    }
    std::vector<float> found(positions.size());
    const FlatScan flat(index_->get_xb(), d(), metric() == Metric::l2, ids_);
    flat.score(query, positions.data(), positions.size(), found.data());
    for (size_t i = 0; i < places.size(); i++) {
        scores[places[i]] = found[i];
    }
}

void VectorIndex::reconstruct(const std::vector<int64_t>& ids, float* vectors) const {
    IdCursor cursor(ids_);
    for (size_t i = 0; i < ids.size(); i++) {
        const size_t position = cursor.find(ids[i]);
        float* vector = vectors + i * d();
        if (position == IdCursor::npos) {
            std::fill(vector, vector + d(), std::numeric_limits<float>::quiet_NaN());
        } else {
            index_->reconstruct(static_cast<int64_t>(position), vector);
        }
    }
}

std::vector<double> VectorIndex::held_ids(const IdFilter& filter) const {
    const IdSelection selection(ids_, filter);
    std::vector<double> held;
    held.reserve(selection.size);
    for (const RankInterval& interval : selection.intervals) {
        for (size_t rank = interval.begin; rank < interval.end; rank++) {
            held.push_back(static_cast<double>(ids_.id_of_rank(rank)));
        }
    }
    return held;
}

size_t VectorIndex::memory_bytes() const {
    return size() * d() * sizeof(float) + ids_.memory_bytes();
}

} // namespace akin
