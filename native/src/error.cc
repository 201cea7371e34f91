#include "error.h"

#include <exception>
#include <new>

#include <faiss/impl/FaissException.h>

namespace akin {

Failure describe_current_exception() {
    try {
        throw;
    } catch (const CodedError& error) {
        return {error.code(), error.what()};
    } catch (const std::bad_alloc&) {
        return {"native-failed", "There is not enough memory for the vector index"};
    } catch (const faiss::FaissException& error) {
        return {"native-failed", std::string("FAISS failed: ") + error.what()};
    } catch (const std::exception& error) {
        return {"native-failed", std::string("The vector index failed: ") + error.what()};
    } catch (...) {
        return {"native-failed", "The vector index failed for an unknown reason"};
    }
}

} // namespace akin
