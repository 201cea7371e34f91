#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace akin {

/** The k best of a stream of scored ids. Of equal scores the lower id is the better one, so that the result does not
 * depend on the order in which they come. */
class TopK {
public:
    /// @param k  at least 1
    explicit TopK(size_t k) : k_(k) {
        entries_.reserve(k);
    }

    /// No score below it is taken any more.
    float threshold() const {
        return threshold_;
    }

    void offer(float score, int64_t id);

    /** Writes the result, best first, and pads it with id -1 and score -infinity.
     *
     * @param ids     output, size k
     * @param scores  output, size k
     */
    void write(double* ids, float* scores, size_t k);

private:
    struct Entry {
        float score;
        int64_t id;
    };
    static bool is_better(const Entry& a, const Entry& b) {
        return a.score > b.score || (a.score == b.score && a.id < b.id);
    }

    size_t k_;
    float threshold_ = -std::numeric_limits<float>::infinity();
    std::vector<Entry> entries_; ///< a heap with the worst on top
};

} // namespace akin
