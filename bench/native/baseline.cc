// What the same searches cost in C++: no JavaScript, no other thread, no copies of arguments and results.
//
//   baseline VECTORS N D QUERIES K [POSITIONS]
//
// VECTORS    file of row-major float32, at least N * D; query i is row i * (N / QUERIES)
// POSITIONS  file of int64: scan these vectors only, with FAISS's inner product and heap
//
// Prints one line: the milliseconds of each query, first of FAISS (or of the scan of positions), then, after a "/", of
// the addon's own index called directly (not for a scan of positions).

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <faiss/IndexFlat.h>
#include <faiss/utils/Heap.h>
#include <faiss/utils/distances.h>

#include "../../native/src/vector_index.h"

namespace {

template <class Number>
std::vector<Number> read_file(const char* path, size_t n) {
    std::vector<Number> numbers(n);
    FILE* file = std::fopen(path, "rb");
    if (file == nullptr || std::fread(numbers.data(), sizeof(Number), n, file) != n) {
        std::fprintf(stderr, "cannot read %zu numbers from %s\n", n, path);
        std::exit(1);
    }
    std::fclose(file);
    return numbers;
}

size_t count_of(const char* path, size_t size) {
    FILE* file = std::fopen(path, "rb");
    if (file == nullptr) {
        std::exit(1);
    }
    std::fseek(file, 0, SEEK_END);
    const long bytes = std::ftell(file);
    std::fclose(file);
    return static_cast<size_t>(bytes) / size;
}

template <class Search>
void time_queries(size_t queries, Search search) {
    search(0); // warms the caches
    for (size_t i = 0; i < queries; i++) {
        const auto start = std::chrono::steady_clock::now();
        search(i);
        const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
        std::printf("%.4f ", elapsed.count());
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 6) {
        std::fprintf(stderr, "usage: baseline VECTORS N D QUERIES K [POSITIONS]\n");
        return 2;
    }
    const size_t n = std::stoul(argv[2]);
    const size_t d = std::stoul(argv[3]);
    const size_t queries = std::stoul(argv[4]);
    const size_t k = std::stoul(argv[5]);
    const std::vector<float> vectors = read_file<float>(argv[1], n * d);
    const auto query = [&](size_t i) { return vectors.data() + i * (n / queries) * d; };
    std::vector<float> scores(k);
    std::vector<int64_t> labels(k);

    if (argc > 6) {
        const std::vector<int64_t> positions = read_file<int64_t>(argv[6], count_of(argv[6], sizeof(int64_t)));
        using Heap = faiss::CMin<float, int64_t>;
        time_queries(queries, [&](size_t i) {
            faiss::heap_heapify<Heap>(k, scores.data(), labels.data());
            for (int64_t position : positions) {
                const float score = faiss::fvec_inner_product(query(i), vectors.data() + position * d, d);
                if (score > scores[0]) {
                    faiss::heap_replace_top<Heap>(k, scores.data(), labels.data(), score, position);
                }
            }
            faiss::heap_reorder<Heap>(k, scores.data(), labels.data());
        });
        std::printf("\n");
        return 0;
    }

    {
        faiss::IndexFlatIP index(static_cast<int64_t>(d));
        index.add(static_cast<int64_t>(n), vectors.data());
        time_queries(queries, [&](size_t i) {
            index.search(1, query(i), static_cast<int64_t>(k), scores.data(), labels.data());
        });
    }
    std::printf("/ ");
    akin::VectorIndex index(d, akin::Metric::inner_product, "Flat");
    std::vector<int64_t> ids(n);
    for (size_t i = 0; i < n; i++) {
        ids[i] = static_cast<int64_t>(i + 1);
    }
    index.add(ids, vectors.data());
    std::vector<double> found(k);
    time_queries(queries, [&](size_t i) { index.search(1, query(i), k, {}, found.data(), scores.data()); });
    std::printf("\n");
    return 0;
}
