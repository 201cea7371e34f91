#include "index_object.h"

#include "arguments.h"
#include "checks.h"
#include "error.h"
#include "index_call.h"
#include "index_file.h"

namespace akin {

namespace {

/// Bounds what one search allocates for its result: 12 bytes each.
constexpr size_t max_results = 100'000'000;

struct Found {
    std::vector<double> ids;
    std::vector<float> scores;
};

/// Runs a method; an exception of ours becomes one of JavaScript.
template <class Method>
Napi::Value guarded(Napi::Env env, Method method) {
    try {
        return method();
    } catch (const Napi::Error&) {
        throw;
    } catch (...) {
        throw to_error(env, describe_current_exception());
    }
}

struct FilterArguments {
    bool has_within;
    std::vector<double> within;
    std::vector<double> except;

    FilterArguments(const Napi::Value& within_value, const Napi::Value& except_value)
            : has_within(!within_value.IsUndefined()) {
        if (has_within) {
            within = to_doubles(within_value, "within");
        }
        if (!except_value.IsUndefined()) {
            except = to_doubles(except_value, "except");
        }
    }

    IdFilter checked() const {
        return {has_within, to_ranges(within, "within"), to_ranges(except, "except")};
    }
};

} // namespace

Napi::Function IndexObject::define(Napi::Env env) {
    return DefineClass(
            env,
            "Index",
            {InstanceMethod<&IndexObject::add>("add"),
             InstanceMethod<&IndexObject::remove>("remove"),
             InstanceMethod<&IndexObject::search>("search"),
             InstanceMethod<&IndexObject::score>("score"),
             InstanceMethod<&IndexObject::reconstruct>("reconstruct"),
             InstanceMethod<&IndexObject::ids>("ids"),
             InstanceMethod<&IndexObject::save>("save"),
             InstanceMethod<&IndexObject::load>("load"),
             InstanceMethod<&IndexObject::close>("close"),
             InstanceAccessor<&IndexObject::size>("size"),
             InstanceAccessor<&IndexObject::memory_bytes>("memoryBytes")});
}

IndexObject::IndexObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<IndexObject>(info) {
    guarded(info.Env(), [&] {
        d_ = to_count(info[0], "dimension", max_dimension);
        const std::string metric = to_text(info[1], "metric");
        if (metric != "inner-product" && metric != "l2") {
            throw CodedError("invalid-argument", "metric must be \"inner-product\" or \"l2\"");
        }
        index_ = std::make_unique<VectorIndex>(
                d_, metric == "l2" ? Metric::l2 : Metric::inner_product, to_text(info[2], "description"));
        return info.Env().Undefined();
    });
}

void IndexObject::Finalize(Napi::BasicEnv env) {
    Napi::MemoryManagement::AdjustExternalMemory(env, -static_cast<int64_t>(memory_bytes_));
}

template <class Result, class Work, class Reply>
Napi::Value IndexObject::call(Napi::Env env, Access access, Work work, Reply reply) {
    auto result = std::make_shared<Result>();
    return submit(
            env,
            access,
            [result, work = std::move(work)](IndexPointer& index) mutable { *result = work(index); },
            [result, reply = std::move(reply)](Napi::Env reply_env) { return reply(reply_env, *result); });
}

template <class Work>
Napi::Value IndexObject::run(Napi::Env env, Access access, Work work) {
    return submit(env, access, std::move(work), [](Napi::Env reply_env) { return reply_env.Undefined(); });
}

Napi::Value IndexObject::submit(
        Napi::Env env,
        Access access,
        std::function<void(IndexPointer&)> work,
        std::function<Napi::Value(Napi::Env)> reply) {
    if (is_closed_) {
        throw CodedError("unavailable", "The vector index was closed");
    }
    auto* call = new IndexCall(env, *this, access, std::move(work), std::move(reply));
    const Napi::Promise promise = call->promise();
    queue_.submit(call);
    return promise;
}

void IndexObject::finished(Napi::Env env, Access access) {
    if (access == Access::exclusive) {
        const size_t before = memory_bytes_;
        size_ = index_ ? index_->size() : 0;
        memory_bytes_ = index_ ? index_->memory_bytes() : 0;
        Napi::MemoryManagement::AdjustExternalMemory(
                env, static_cast<int64_t>(memory_bytes_) - static_cast<int64_t>(before));
    }
    queue_.finished(access);
}

Napi::Value IndexObject::add(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
        auto work = [d = d_, numbers = to_doubles(info[0], "ids"), vectors = to_floats(info[1], "vectors")](
                            IndexPointer& index) {
            const std::vector<int64_t> ids = to_ids(numbers);
            require_rows(vectors.size(), ids.size(), d);
            require_finite(vectors.data(), ids.size(), d);
            index->add(ids, vectors.data());
        };
        return run(info.Env(), Access::exclusive, std::move(work));
    });
}

Napi::Value IndexObject::remove(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
        auto work = [numbers = to_doubles(info[0], "ids")](IndexPointer& index) {
            return index->remove(to_ids(numbers));
        };
        return call<size_t>(info.Env(), Access::exclusive, std::move(work), [](Napi::Env env, size_t removed) {
            return Napi::Number::New(env, static_cast<double>(removed));
        });
    });
}

Napi::Value IndexObject::search(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
        auto work = [d = d_,
                     queries = to_floats(info[0], "queries"),
                     k = to_count(info[1], "k", max_results),
                     arguments = FilterArguments(info[2], info[3])](IndexPointer& index) {
            const size_t n = count_rows(queries.size(), d);
            if (n > max_results / k) {
                throw CodedError("invalid-argument", "A search returns at most 100,000,000 results in all");
            }
            require_finite(queries.data(), n, d);
            Found found{std::vector<double>(n * k), std::vector<float>(n * k)};
            index->search(n, queries.data(), k, arguments.checked(), found.ids.data(), found.scores.data());
            return found;
        };
        return call<Found>(info.Env(), Access::shared, std::move(work), [](Napi::Env env, const Found& found) {
            Napi::Object reply = Napi::Object::New(env);
            reply.Set("ids", to_array(env, found.ids));
            reply.Set("scores", to_array(env, found.scores));
            return reply;
        });
    });
}

Napi::Value IndexObject::score(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
        auto work = [d = d_, query = to_floats(info[0], "query"), numbers = to_doubles(info[1], "ids")](
                            IndexPointer& index) {
            require_rows(query.size(), 1, d);
            require_finite(query.data(), 1, d);
            std::vector<float> scores(numbers.size());
            index->score(query.data(), to_ids(numbers), scores.data());
            return scores;
        };
        return call<std::vector<float>>(
                info.Env(), Access::shared, std::move(work), [](Napi::Env env, const std::vector<float>& scores) {
                    return to_array(env, scores);
                });
    });
}

Napi::Value IndexObject::reconstruct(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
        auto work = [d = d_, numbers = to_doubles(info[0], "ids")](IndexPointer& index) {
            std::vector<float> vectors(numbers.size() * d);
            index->reconstruct(to_ids(numbers), vectors.data());
            return vectors;
        };
        return call<std::vector<float>>(
                info.Env(), Access::shared, std::move(work), [](Napi::Env env, const std::vector<float>& vectors) {
                    return to_array(env, vectors);
                });
    });
}

Napi::Value IndexObject::ids(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
        auto work = [arguments = FilterArguments(info[0], info.Env().Undefined())](IndexPointer& index) {
            return index->held_ids(arguments.checked());
        };
        return call<std::vector<double>>(
                info.Env(), Access::shared, std::move(work), [](Napi::Env env, const std::vector<double>& ids) {
                    return to_array(env, ids);
                });
    });
}

Napi::Value IndexObject::save(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
        auto work = [path = to_text(info[0], "path")](IndexPointer& index) { save_index(*index, path); };
        return run(info.Env(), Access::patient, std::move(work));
    });
}

Napi::Value IndexObject::load(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
        auto work = [path = to_text(info[0], "path")](IndexPointer& index) {
            IndexPointer loaded = load_index(path);
            if (loaded->d() != index->d() || loaded->metric() != index->metric()) {
                throw CodedError(
                        "dimension-mismatch",
                        "The vector index file " + path + " holds vectors of another dimension or metric");
            }
            index = std::move(loaded);
        };
        return run(info.Env(), Access::exclusive, std::move(work));
    });
}

Napi::Value IndexObject::close(const Napi::CallbackInfo& info) {
    return guarded(info.Env(), [&] {
        const Napi::Value promise = run(info.Env(), Access::exclusive, [](IndexPointer& index) { index.reset(); });
        is_closed_ = true;
        return promise;
    });
}

Napi::Value IndexObject::size(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), static_cast<double>(size_));
}

Napi::Value IndexObject::memory_bytes(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), static_cast<double>(memory_bytes_));
}

} // namespace akin
