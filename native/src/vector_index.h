#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <faiss/IndexFlat.h>

#include "id_map.h"
#include "id_selection.h"

namespace akin {

enum class Metric { inner_product = 0, l2 = 1 };

/** Vectors with ids of ours in an index of FAISS.
 *
 * Vectors are matrices as FAISS has them: component j of vector i is x[i * d + j]. A score is the inner product, or the
 * squared L2 distance with its sign turned: higher is nearer for both.
 *
 * Const methods may run in parallel; any other needs the index for itself. Arguments were checked (checks.h).
 */
class VectorIndex {
public:
    /** @param d            1 .. max_dimension
     *  @param description  for faiss::index_factory; "Flat"
     *  @throws CodedError `invalid-argument` for a description that is not supported */
    VectorIndex(size_t d, Metric metric, const std::string& description);

    /** Takes over an index that was read from a file.
     *
     * @param ids  by position, size index->ntotal */
    VectorIndex(std::unique_ptr<faiss::IndexFlat> index, const std::vector<int64_t>& ids);

    size_t d() const {
        return index_->d;
    }
    size_t size() const {
        return ids_.size();
    }
    Metric metric() const;

    const IdMap& id_map() const {
        return ids_;
    }
    const faiss::IndexFlat& faiss_index() const {
        return *index_;
    }

    /** Adds all or nothing.
     *
     * @param ids      size n
     * @param vectors  size n * d
     * @throws CodedError `duplicate-id` for an id that is held or that comes twice */
    void add(const std::vector<int64_t>& ids, const float* vectors);

    /** Removes those that are held, and returns how many these were. */
    size_t remove(const std::vector<int64_t>& ids);

    /** The k nearest to each query, best first; equal scores by ascending id.
     *
     * @param queries  size n * d
     * @param ids      output, size n * k, padded with -1
     * @param scores   output, size n * k, padded with -infinity */
    void search(size_t n, const float* queries, size_t k, const IdFilter& filter, double* ids, float* scores) const;

    /** Scores of given ids; NaN for those that are not held.
     *
     * @param query   size d
     * @param scores  output, size ids.size() */
    void score(const float* query, const std::vector<int64_t>& ids, float* scores) const;

    /** Vectors of given ids; rows of NaN for those that are not held.
     *
     * @param vectors  output, size ids.size() * d */
    void reconstruct(const std::vector<int64_t>& ids, float* vectors) const;

    /// The ids held that the filter selects, ascending.
    std::vector<double> held_ids(const IdFilter& filter) const;

    /// What vectors and ids take, without what the allocator keeps in reserve.
    size_t memory_bytes() const;

private:
    void search_faiss(size_t n, const float* queries, size_t k, double* ids, float* scores) const;
    void require_new(const std::vector<int64_t>& ids) const;

    std::unique_ptr<faiss::IndexFlat> index_;
    IdMap ids_;
};

} // namespace akin
