#include "call_queue.h"

namespace akin {

CallQueue::~CallQueue() {
    for (QueuedCall* call : waiting_) {
        delete call;
    }
}

void CallQueue::submit(QueuedCall* call) {
    waiting_.push_back(call);
    start_next();
}

void CallQueue::finished(Access access) {
    if (access == Access::shared) {
        readers_--;
    } else {
        is_writing_ = false;
    }
    start_next();
}

void CallQueue::start_next() {
    while (!waiting_.empty() && !is_writing_) {
        QueuedCall* call = waiting_.front();
        if (call->access() == Access::exclusive) {
            if (readers_ > 0) {
                return;
            }
            is_writing_ = true;
        } else {
            readers_++;
        }
        waiting_.pop_front();
        call->start();
    }
}

} // namespace akin
