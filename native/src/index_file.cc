#include "index_file.h"

#include <cstddef>
#include <cstring>

#include <faiss/impl/FaissException.h>
#include <faiss/index_io.h>

#include "checks.h"
#include "error.h"
#include "file_stream.h"

namespace akin {

namespace {

constexpr char magic[8] = {'A', 'K', 'I', 'N', 'V', 'E', 'C', '1'};

struct Header {
    char magic[8];
    uint32_t metric;
    uint32_t d;
    uint64_t n;
    uint64_t faiss_bytes;
    uint64_t checked_faiss_bytes;
    uint8_t zero[16];
    uint64_t checksum;
};
static_assert(sizeof(Header) == 64, "the header has no padding");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the file is written as it lies in memory");
constexpr size_t checked_header_bytes = offsetof(Header, checksum);

[[noreturn]] void damaged(const std::string& path, const char* what) {
    throw CodedError("index-damaged", "The vector index file " + path + " is damaged: " + what);
}

/// Everything in the header that the rest relies on, so that no size in it can lead to an allocation beyond the file.
Header read_header(InputFile& file) {
    Header header;
    file.read(&header, sizeof(header));
    if (std::memcmp(header.magic, magic, sizeof(magic)) != 0) {
        damaged(file.name, "it does not begin as one");
    }
    const uint64_t body = file.size() - sizeof(header);
    const bool is_plausible = header.metric <= 1 && header.d >= 1 && header.d <= max_dimension &&
            header.n <= IdMap::max_size && header.n * sizeof(int64_t) <= body &&
            header.faiss_bytes == body - header.n * sizeof(int64_t) &&
            header.n * header.d * sizeof(float) <= header.faiss_bytes &&
            header.checked_faiss_bytes == header.faiss_bytes - header.n * header.d * sizeof(float);
    if (!is_plausible) {
        damaged(file.name, "its sizes do not fit its length");
    }
    return header;
}

std::vector<int64_t> read_checked_part(InputFile& file, const Header& header) {
    std::vector<int64_t> ids(header.n);
    file.read(ids.data(), ids.size() * sizeof(int64_t));
    std::vector<char> start(header.checked_faiss_bytes);
    file.read(start.data(), start.size());
    Checksum checksum;
    checksum.update(&header, checked_header_bytes);
    checksum.update(ids.data(), ids.size() * sizeof(int64_t));
    checksum.update(start.data(), start.size());
    if (checksum.value() != header.checksum) {
        damaged(file.name, "its checksum is wrong");
    }
    return ids;
}

std::unique_ptr<faiss::IndexFlat> read_faiss(InputFile& file, const Header& header) {
    std::unique_ptr<faiss::Index> index;
    try {
        index.reset(faiss::read_index(&file));
    } catch (const faiss::FaissException& error) {
        damaged(file.name, error.what());
    }
    auto* flat = dynamic_cast<faiss::IndexFlat*>(index.get());
    const auto metric = header.metric == 1 ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT;
    if (flat == nullptr || flat->d != static_cast<int>(header.d) || flat->ntotal != static_cast<int64_t>(header.n) ||
        flat->metric_type != metric || flat->codes.size() != header.n * header.d * sizeof(float)) {
        damaged(file.name, "FAISS's part does not fit its header");
    }
    index.release();
    return std::unique_ptr<faiss::IndexFlat>(flat);
}

} // namespace

void save_index(const VectorIndex& index, const std::string& path) {
    CountingWriter counter;
    faiss::write_index(&index.faiss_index(), &counter);

    Header header{};
    std::memcpy(header.magic, magic, sizeof(magic));
    header.metric = index.metric() == Metric::l2 ? 1 : 0;
    header.d = static_cast<uint32_t>(index.d());
    header.n = index.size();
    header.faiss_bytes = counter.count();
    header.checked_faiss_bytes = counter.count() - header.n * header.d * sizeof(float);

    const std::vector<int64_t>& ids = index.id_map().ids();
    OutputFile file(path);
    file.checksum_next(checked_header_bytes);
    file.write(&header, sizeof(header));
    file.checksum_next(ids.size() * sizeof(int64_t) + header.checked_faiss_bytes);
    file.write(ids.data(), ids.size() * sizeof(int64_t));
    faiss::write_index(&index.faiss_index(), &file);
    header.checksum = file.checksum().value();
    file.rewrite_start(&header, sizeof(header));
    file.finish();
}

std::unique_ptr<VectorIndex> load_index(const std::string& path) {
    InputFile file(path);
    const Header header = read_header(file);
    const std::vector<int64_t> ids = read_checked_part(file, header);
    file.seek(sizeof(header) + header.n * sizeof(int64_t));
    std::unique_ptr<faiss::IndexFlat> index = read_faiss(file, header);
    try {
        require_finite(index->get_xb(), header.n, header.d);
    } catch (const CodedError& error) {
        damaged(path, error.what());
    }
    return std::make_unique<VectorIndex>(std::move(index), ids);
}

} // namespace akin
