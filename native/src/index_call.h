#pragma once

#include <functional>
#include <optional>

#include <napi.h>

#include "call_queue.h"
#include "error.h"
#include "index_object.h"

namespace akin {

/// One call of a method, from the queue to its promise. It keeps the index from being collected meanwhile.
class IndexCall : public QueuedCall, public Napi::AsyncWorker {
public:
    using Work = std::function<void(std::unique_ptr<VectorIndex>&)>;
    using Reply = std::function<Napi::Value(Napi::Env)>;

    IndexCall(Napi::Env env, IndexObject& owner, Access access, Work work, Reply reply);

    Napi::Promise promise() const {
        return deferred_.Promise();
    }

    Access access() const override {
        return access_;
    }
    void start() override {
        Queue();
    }

protected:
    void Execute() override;
    void OnOK() override;

private:
    IndexObject& owner_;
    Napi::ObjectReference owner_reference_;
    Napi::Promise::Deferred deferred_;
    Access access_;
    Work work_;
    Reply reply_;
    std::optional<Failure> failure_;
};

} // namespace akin
