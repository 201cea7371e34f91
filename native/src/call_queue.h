#pragma once

#include <cstddef>
#include <deque>

namespace akin {

/** What may run beside a call.
 *
 * shared     other calls that only read
 * patient    the same, for a call that takes long (a save waits for the disk): see CallQueue
 * exclusive  nothing
 */
enum class Access { shared, patient, exclusive };

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
 * back for ever, nor the other way round. With one exception to the order: while a patient call runs, shared ones
 * overtake an exclusive one that waits for it, so that an add during a save does not stop all searches until the save
 * is done.
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
    bool can_start(const QueuedCall& call) const;
    bool start_one();

    std::deque<QueuedCall*> waiting_;
    size_t readers_ = 0;         ///< patient ones included
    size_t patient_readers_ = 0;
    bool is_writing_ = false;
};

} // namespace akin
