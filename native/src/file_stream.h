#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

#include <faiss/impl/io.h>

namespace akin {

/// FNV-1a, 64 bits (draft-eastlake-fnv, section 4): finds damage, not forgery.
class Checksum {
public:
    void update(const void* bytes, size_t size);

    uint64_t value() const {
        return value_;
    }

private:
    uint64_t value_ = 0xcbf29ce484222325u;
};

/// Counts what FAISS would write.
class CountingWriter : public faiss::IOWriter {
public:
    size_t operator()(const void* bytes, size_t size, size_t nitems) override;

    uint64_t count() const {
        return count_;
    }

private:
    uint64_t count_ = 0;
};

/// A new file, readable by its owner only, removed again unless it is finished.
class OutputFile : public faiss::IOWriter {
public:
    explicit OutputFile(const std::string& path);
    ~OutputFile() override;
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    /// Checksums what is written from here on, up to `size` bytes.
    void checksum_next(uint64_t size) {
        checksum_left_ = size;
    }
    const Checksum& checksum() const {
        return checksum_;
    }

    void write(const void* bytes, size_t size);
    size_t operator()(const void* bytes, size_t size, size_t nitems) override;

    /// Replaces bytes at the start of the file.
    void rewrite_start(const void* bytes, size_t size);

    /// Waits until all is on the disk, and closes the file.
    void finish();

private:
    [[noreturn]] void fail(const char* what) const;

    std::string path_;
    FILE* file_;
    Checksum checksum_;
    uint64_t checksum_left_ = 0;
};

/// A file to read from the start; what cannot be read is `index-damaged`.
class InputFile : public faiss::IOReader {
public:
    explicit InputFile(const std::string& path);
    ~InputFile() override;
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;

    uint64_t size() const {
        return size_;
    }

    void read(void* bytes, size_t size);
    size_t operator()(void* bytes, size_t size, size_t nitems) override;

    void seek(uint64_t offset);

private:
    FILE* file_;
    uint64_t size_;
};

} // namespace akin
