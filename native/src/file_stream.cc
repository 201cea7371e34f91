#include "file_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

namespace akin {

namespace {

const char* code_of_errno(int number, const char* otherwise) {
    switch (number) {
        case ENOSPC:
        case EDQUOT:
            return "disk-full";
        case ENOENT:
        case ENOTDIR:
            return "file-not-found";
        case EACCES:
        case EPERM:
        case EROFS:
            return "not-allowed";
        default:
            return otherwise;
    }
}

bool sync_to_disk(int descriptor) {
#ifdef __APPLE__
    // fsync leaves the bytes in the drive's cache there.
    return fcntl(descriptor, F_FULLFSYNC) == 0 || fsync(descriptor) == 0;
#else
    return fsync(descriptor) == 0;
#endif
}

} // namespace

void Checksum::update(const void* bytes, size_t size) {
    const auto* next = static_cast<const unsigned char*>(bytes);
    for (size_t i = 0; i < size; i++) {
        value_ = (value_ ^ next[i]) * 0x100000001b3u;
    }
}

size_t CountingWriter::operator()(const void*, size_t size, size_t nitems) {
    count_ += size * nitems;
    return nitems;
}

OutputFile::OutputFile(const std::string& path) : path_(path), file_(nullptr) {
    name = path;
    const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        fail("open");
    }
    file_ = fdopen(descriptor, "wb");
    if (file_ == nullptr) {
        close(descriptor);
        fail("open");
    }
}

OutputFile::~OutputFile() {
    if (file_ == nullptr) {
        return;
    }
    struct stat status;
    const bool is_file = fstat(::fileno(file_), &status) == 0 && S_ISREG(status.st_mode); // and no device
    std::fclose(file_);
    if (is_file) {
        std::remove(path_.c_str());
    }
}

void OutputFile::fail(const char* what) const {
    const int number = errno;
    throw CodedError(
            code_of_errno(number, "native-failed"),
            std::string("Could not ") + what + " " + path_ + ": " + std::strerror(number));
}

void OutputFile::write(const void* bytes, size_t size) {
    const uint64_t covered = std::min<uint64_t>(size, checksum_left_);
    checksum_.update(bytes, covered);
    checksum_left_ -= covered;
    if (size > 0 && std::fwrite(bytes, size, 1, file_) != 1) {
        fail("write");
    }
}

size_t OutputFile::operator()(const void* bytes, size_t size, size_t nitems) {
    write(bytes, size * nitems);
    return nitems;
}

void OutputFile::rewrite_start(const void* bytes, size_t size) {
    if (std::fseek(file_, 0, SEEK_SET) != 0 || std::fwrite(bytes, size, 1, file_) != 1) {
        fail("write");
    }
}

void OutputFile::finish() {
    if (std::fflush(file_) != 0 || !sync_to_disk(::fileno(file_))) {
        fail("write");
    }
    FILE* file = file_;
    file_ = nullptr;
    if (std::fclose(file) != 0) {
        fail("close");
    }
}

InputFile::InputFile(const std::string& path) : file_(std::fopen(path.c_str(), "rbe")) {
    name = path;
    struct stat status;
    if (file_ == nullptr || fstat(::fileno(file_), &status) != 0) {
        const int number = errno;
        if (file_ != nullptr) {
            std::fclose(file_);
        }
        throw CodedError(
                number == ENOENT || number == ENOTDIR ? "file-not-found" : "file-unreadable",
                "Could not open " + path + ": " + std::strerror(number));
    }
    size_ = static_cast<uint64_t>(status.st_size);
}

InputFile::~InputFile() {
    std::fclose(file_);
}

void InputFile::read(void* bytes, size_t size) {
    if (size == 0 || std::fread(bytes, size, 1, file_) == 1) {
        return;
    }
    if (std::ferror(file_)) {
        throw CodedError("file-unreadable", "Could not read " + name + ": " + std::strerror(errno));
    }
    throw CodedError("index-damaged", "The vector index file " + name + " ends too early");
}

size_t InputFile::operator()(void* bytes, size_t size, size_t nitems) {
    read(bytes, size * nitems);
    return nitems;
}

void InputFile::seek(uint64_t offset) {
    if (fseeko(file_, static_cast<off_t>(offset), SEEK_SET) != 0) {
        throw CodedError("file-unreadable", "Could not read " + name + ": " + std::strerror(errno));
    }
}

} // namespace akin
