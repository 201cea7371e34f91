#include <napi.h>
#include <omp.h>

#include <faiss/Index.h>

#include "distance_kernels.h"
#include "index_object.h"

namespace akin {

namespace {

Napi::Object init(Napi::Env env, Napi::Object exports) {
    const std::string faiss_version = std::to_string(FAISS_VERSION_MAJOR) + "." + std::to_string(FAISS_VERSION_MINOR) +
            "." + std::to_string(FAISS_VERSION_PATCH);
    exports.Set("Index", IndexObject::define(env));
    exports.Set("faissVersion", faiss_version);
    exports.Set("simdLevel", distance_kernels.level);
    exports.Set("threads", omp_get_max_threads());
    return exports;
}

} // namespace

} // namespace akin

Napi::Object init_akin(Napi::Env env, Napi::Object exports) {
    return akin::init(env, exports);
}

NODE_API_MODULE(akin_native, init_akin)
