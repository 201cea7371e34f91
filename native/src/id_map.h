#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace akin {

/** Our ids and FAISS's positions.
 *
 * FAISS counts its vectors from 0 in the order in which they were added: that number is the position. Ids are positive
 * and below 2^53. The rank of a vector is its place when all are ordered by id.
 *
 * Ids nearly always come in ascending order, and then rank and position are the same number and the map is one array
 * of 8 bytes an id. Where an id came late, a second array orders the positions by id (4 bytes more). Either way a
 * lookup is a binary search, and a range of ids is a range of ranks: no hash table is needed.
 *
 * Const methods may run in parallel.
 */
class IdMap {
public:
    /// Positions are kept in 32 bits.
    static constexpr size_t max_size = 0xffffffff;

    size_t size() const {
        return ids_.size();
    }

    int64_t id_at(size_t position) const {
        return ids_[position];
    }

    size_t position_of_rank(size_t rank) const {
        return is_ascending() ? rank : by_id_[rank];
    }

    int64_t id_of_rank(size_t rank) const {
        return ids_[position_of_rank(rank)];
    }

    /// True when rank and position are the same for all.
    bool is_ascending() const {
        return by_id_.empty();
    }

    /// The ids by position, size size().
    const std::vector<int64_t>& ids() const {
        return ids_;
    }

    /** The first rank at or after `from` whose id is not below `id`; size() if there is none. Its cost grows with the
     * logarithm of the distance from `from`, so a walk over ascending ids is cheap. */
    size_t first_rank(int64_t id, size_t from = 0) const;

    /// Takes the memory for `append(ids)`, so that it cannot fail.
    void make_room(const std::vector<int64_t>& ids);

    /** Puts ids at the positions size() .. size() + n - 1.
     *
     * @param ids  none of them held yet, no duplicates, size n
     */
    void append(const std::vector<int64_t>& ids);

    /** Takes out the positions marked in `is_removed`; those behind move up, as FAISS does it.
     *
     * @param is_removed  size size()
     */
    void remove(const std::vector<bool>& is_removed);

    size_t memory_bytes() const {
        return ids_.size() * sizeof(int64_t) + by_id_.size() * sizeof(uint32_t);
    }

private:
    bool stays_ascending(const std::vector<int64_t>& ids) const;

    std::vector<int64_t> ids_;    ///< by position
    std::vector<uint32_t> by_id_; ///< positions by rank; empty while the ids ascend by position
};

/// Looks ids up one after the other; quickest when they ascend.
class IdCursor {
public:
    static constexpr size_t npos = static_cast<size_t>(-1);

    explicit IdCursor(const IdMap& map) : map_(map) {}

    /// The position of an id, npos when it is not held.
    size_t find(int64_t id);

private:
    const IdMap& map_;
    int64_t previous_id_ = 0;
    size_t rank_ = 0; ///< of the first id not below previous_id_
};

} // namespace akin
