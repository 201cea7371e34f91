#pragma once

#include <stdexcept>
#include <string>

namespace akin {

/// An error whose code is one of shared/errors.ts.
class CodedError : public std::runtime_error {
public:
    CodedError(std::string code, const std::string& message)
            : std::runtime_error(message), code_(std::move(code)) {}

    const std::string& code() const {
        return code_;
    }

private:
    std::string code_;
};

/// What is left of an exception when it leaves C++.
struct Failure {
    std::string code;
    std::string message;
};

/// The one place where exceptions become codes. Call it inside a catch block: it describes the exception being handled.
Failure describe_current_exception();

} // namespace akin
