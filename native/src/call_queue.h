#pragma once

#include <cstddef>
#include <deque>

namespace akin {

/// Whether a call may run beside others of its kind.
enum class Access { shared, exclusive };

/// A call that waits for its turn.
class QueuedCall {
public:
    virtual ~QueuedCall() = default;
    virtual Access access() const = 0;
    /// Starts the call; it owns itself from here on and tells the queue with `finished` when it is done.
    virtual void start() = 0;
};

/** The reader-writer lock of one index, first come first served.
 *
 * It lives on the JavaScript thread and decides which calls are given to the thread pool: a call that has to wait is
 * an entry of a list, and blocks neither that thread nor one of the pool's four. No stream of searches can hold an add
 * back for ever, nor the other way round.
 */
class CallQueue {
public:
    CallQueue() = default;
    ~CallQueue();
    CallQueue(const CallQueue&) = delete;
    CallQueue& operator=(const CallQueue&) = delete;

    /// Takes the call over and starts it when its turn has come, perhaps at once.
    void submit(QueuedCall* call);

    /// A call that was started is done.
    void finished(Access access);

private:
    void start_next();

    std::deque<QueuedCall*> waiting_;
    size_t readers_ = 0;
    bool is_writing_ = false;
};

} // namespace akin
