#pragma once

#include <functional>
#include <memory>

#include <napi.h>

#include "call_queue.h"
#include "vector_index.h"

namespace akin {

/** The class `Index` of JavaScript: native/faiss.ts documents its methods.
 *
 * Every method that touches vectors is a call: it copies its arguments on the JavaScript thread, waits for its turn
 * (CallQueue), works on a thread of libuv's pool, and settles a promise. `size` and `memoryBytes` are what they were
 * when the last finished call was done, so that reading them needs no lock.
 */
class IndexObject : public Napi::ObjectWrap<IndexObject> {
public:
    static Napi::Function define(Napi::Env env);

    explicit IndexObject(const Napi::CallbackInfo& info);
    void Finalize(Napi::BasicEnv env) override;

private:
    friend class IndexCall;
    using IndexPointer = std::unique_ptr<VectorIndex>;

    Napi::Value add(const Napi::CallbackInfo& info);
    Napi::Value remove(const Napi::CallbackInfo& info);
    Napi::Value search(const Napi::CallbackInfo& info);
    Napi::Value score(const Napi::CallbackInfo& info);
    Napi::Value reconstruct(const Napi::CallbackInfo& info);
    Napi::Value ids(const Napi::CallbackInfo& info);
    Napi::Value save(const Napi::CallbackInfo& info);
    Napi::Value load(const Napi::CallbackInfo& info);
    Napi::Value close(const Napi::CallbackInfo& info);
    Napi::Value size(const Napi::CallbackInfo& info);
    Napi::Value memory_bytes(const Napi::CallbackInfo& info);

    /** Queues a call.
     *
     * @param work   runs on another thread; returns a Result
     * @param reply  turns the Result into what the promise resolves to; runs on the JavaScript thread */
    template <class Result, class Work, class Reply>
    Napi::Value call(Napi::Env env, Access access, Work work, Reply reply);
    /// Queues a call that resolves to undefined.
    template <class Work>
    Napi::Value run(Napi::Env env, Access access, Work work);
    Napi::Value submit(
            Napi::Env env,
            Access access,
            std::function<void(IndexPointer&)> work,
            std::function<Napi::Value(Napi::Env)> reply);
    /// After a call, on the JavaScript thread.
    void finished(Napi::Env env, Access access);

    size_t d_ = 0;
    IndexPointer index_; ///< null once it was closed
    CallQueue queue_;
    bool is_closed_ = false;
    size_t size_ = 0;
    size_t memory_bytes_ = 0;
};

} // namespace akin
