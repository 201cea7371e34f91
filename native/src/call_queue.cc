#include "call_queue.h"

#include <algorithm>

namespace akin {

CallQueue::~CallQueue() {
    for (QueuedCall* call : waiting_) {
        delete call;
    }
}

void CallQueue::submit(QueuedCall* call) {
    waiting_.push_back(call);
    while (start_one()) {
    }
}

void CallQueue::finished(Access access) {
    if (access == Access::exclusive) {
        is_writing_ = false;
    } else {
        readers_--;
        patient_readers_ -= access == Access::patient;
    }
    while (start_one()) {
    }
}

bool CallQueue::can_start(const QueuedCall& call) const {
    return !is_writing_ && (call.access() != Access::exclusive || readers_ == 0);
}

bool CallQueue::start_one() {
    auto next = waiting_.begin();
    if (next != waiting_.end() && !can_start(**next) && patient_readers_ > 0) {
        next = std::find_if(waiting_.begin(), waiting_.end(), [](const QueuedCall* call) {
            return call->access() == Access::shared;
        });
    }
    if (next == waiting_.end() || !can_start(**next)) {
        return false;
    }
    QueuedCall* call = *next;
    waiting_.erase(next);
    is_writing_ = call->access() == Access::exclusive;
    readers_ += call->access() != Access::exclusive;
    patient_readers_ += call->access() == Access::patient;
    call->start();
    return true;
}

} // namespace akin
