#include "checks.h"

#include <cstring>
#include <string>

#include "error.h"

namespace akin {

namespace {

/// The exponent is all ones for infinities and NaN only. A loop without a branch, which compilers vectorise.
bool is_finite_row(const float* x, size_t d) {
    uint32_t is_bad = 0;
    for (size_t i = 0; i < d; i++) {
        uint32_t bits;
        std::memcpy(&bits, x + i, sizeof(bits));
        is_bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    return is_bad == 0;
}

bool is_integer_between(double number, double low, double high) {
    return number >= low && number <= high && static_cast<double>(static_cast<int64_t>(number)) == number;
}

} // namespace

size_t count_rows(size_t size, size_t d) {
    if (size % d != 0) {
        throw CodedError(
                "dimension-mismatch",
                "Expected vectors of dimension " + std::to_string(d) + ", got " + std::to_string(size) + " numbers");
    }
    return size / d;
}

void require_rows(size_t size, size_t n, size_t d) {
    if (size != n * d) {
        throw CodedError(
                "dimension-mismatch",
                "Expected " + std::to_string(n) + " vectors of dimension " + std::to_string(d) + ", got " +
                        std::to_string(size) + " numbers");
    }
}

void require_finite(const float* x, size_t n, size_t d) {
    for (size_t row = 0; row < n; row++) {
        if (!is_finite_row(x + row * d, d)) {
            throw CodedError(
                    "invalid-argument",
                    "The vector in row " + std::to_string(row) + " holds a number that is not finite");
        }
    }
}

std::vector<int64_t> to_ids(const std::vector<double>& numbers) {
    std::vector<int64_t> ids;
    ids.reserve(numbers.size());
    for (double number : numbers) {
        if (!is_integer_between(number, 1, static_cast<double>(max_id))) {
            throw CodedError(
                    "invalid-id",
                    "Ids are integers from 1 to 2^53 - 1, but number " + std::to_string(ids.size()) + " is " +
                            std::to_string(number));
        }
        ids.push_back(static_cast<int64_t>(number));
    }
    return ids;
}

IdRanges to_ranges(const std::vector<double>& numbers, const char* name) {
    if (numbers.size() % 2 != 0) {
        throw CodedError("invalid-argument", std::string(name) + " holds pairs, but its length is odd");
    }
    IdRanges ranges;
    ranges.reserve(numbers.size());
    double low = 0;
    for (size_t i = 0; i < numbers.size(); i++) {
        if (!is_integer_between(numbers[i], low, static_cast<double>(max_id))) {
            throw CodedError(
                    "invalid-argument",
                    std::string(name) + " holds ascending, disjoint ranges of ids, but number " + std::to_string(i) +
                            " is " + std::to_string(numbers[i]));
        }
        ranges.push_back(static_cast<int64_t>(numbers[i]));
        // The last of a range may equal its first; the next range starts behind it.
        low = numbers[i] + (i % 2 == 0 ? 0 : 1);
    }
    return ranges;
}

} // namespace akin
