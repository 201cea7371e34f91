#pragma once

#include <memory>
#include <string>

#include "vector_index.h"

namespace akin {

/** One file: a header of 64 bytes, the ids, the index as FAISS writes it. Little-endian.
 *
 *   0  char[8]   "AKINVEC" and the format's version, '1'
 *   8  uint32    metric: 0 inner product, 1 L2
 *  12  uint32    d
 *  16  uint64    n
 *  24  uint64    bytes that FAISS wrote
 *  32  uint64    how many of these, from the start, the checksum covers: all but the n * d floats of a Flat index
 *  40  byte[16]  zero
 *  56  uint64    FNV-1a checksum of bytes 0 .. 55, the ids, and FAISS's bytes as far as it covers them
 *  64  int64[n]  ids by position
 *      ...       FAISS's bytes
 *
 * The checksum and the file's length vouch for everything that decides what is allocated, before FAISS reads a byte.
 * A flipped bit in a vector passes unless it makes the number infinite or NaN: whoever keeps the file keeps a hash of
 * the whole (engine/vectors does).
 */

/** Writes the index and waits until its bytes are on the disk. What lies at `path` is replaced, and removed if writing
 * fails. Not atomic: write to a temporary name, rename it, and sync the folder.
 *
 * @throws CodedError `disk-full`, `file-not-found`, `not-allowed`, `native-failed` */
void save_index(const VectorIndex& index, const std::string& path);

/** @throws CodedError `index-damaged`, `file-not-found`, `file-unreadable` */
std::unique_ptr<VectorIndex> load_index(const std::string& path);

} // namespace akin
