#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "id_selection.h"

namespace akin {

/* Everything that comes from JavaScript is looked at here before FAISS sees it: a FAISS_ASSERT ends the process.
 * All of these throw CodedError. */

/// 2^53 - 1, the largest id
constexpr int64_t max_id = 9007199254740991;

/// FAISS counts dimensions in an int; no embedding model comes near this.
constexpr size_t max_dimension = 65536;

/** The number of vectors in an array of numbers.
 *
 * @throws `dimension-mismatch` when `size` is no multiple of d
 */
size_t count_rows(size_t size, size_t d);

/** @throws `dimension-mismatch` when there are not exactly n * d numbers */
void require_rows(size_t size, size_t n, size_t d);

/** @throws `invalid-argument` naming the first row of an n * d matrix with a number that is not finite */
void require_finite(const float* x, size_t n, size_t d);

/** @throws `invalid-id` naming the first one that is no integer from 1 to max_id */
std::vector<int64_t> to_ids(const std::vector<double>& numbers);

/** @param name  of the argument, for the message
 *  @throws `invalid-argument` when these are no ascending, disjoint, inclusive ranges of integers */
IdRanges to_ranges(const std::vector<double>& numbers, const char* name);

} // namespace akin
