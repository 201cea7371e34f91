#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <napi.h>

#include "error.h"

namespace akin {

/* Reads arguments on the JavaScript thread. Arrays are copied: the caller may change or transfer them while the call is
 * under way on another thread. What is in them is checked there (checks.h). All throw CodedError `invalid-argument`. */

std::vector<float> to_floats(const Napi::Value& value, const char* name);

std::vector<double> to_doubles(const Napi::Value& value, const char* name);

std::string to_text(const Napi::Value& value, const char* name);

/// An integer from 1 to `largest`.
size_t to_count(const Napi::Value& value, const char* name, size_t largest);

Napi::Float32Array to_array(Napi::Env env, const std::vector<float>& numbers);

Napi::Float64Array to_array(Napi::Env env, const std::vector<double>& numbers);

/// An Error of JavaScript with `code`.
Napi::Error to_error(Napi::Env env, const Failure& failure);

} // namespace akin
