#include "index_call.h"

#include "arguments.h"

namespace akin {

IndexCall::IndexCall(Napi::Env env, IndexObject& owner, Access access, Work work, Reply reply)
        : Napi::AsyncWorker(env, "akin.index"),
          owner_(owner),
          owner_reference_(Napi::Persistent(owner.Value())),
          deferred_(Napi::Promise::Deferred::New(env)),
          access_(access),
          work_(std::move(work)),
          reply_(std::move(reply)) {}

void IndexCall::Execute() {
    try {
        work_(owner_.index_);
    } catch (...) {
        failure_ = describe_current_exception();
    }
}

void IndexCall::OnOK() {
    Napi::Env env = Env();
    owner_.finished(env, access_);
    if (failure_) {
        deferred_.Reject(to_error(env, *failure_).Value());
    } else {
        deferred_.Resolve(reply_(env));
    }
}

} // namespace akin
