#include "arguments.h"

#include <cmath>
#include <cstring>

namespace akin {

namespace {

template <class Number>
std::vector<Number> copy_of(const Napi::Value& value, napi_typedarray_type type, const char* name, const char* type_name) {
    if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != type) {
        throw CodedError("invalid-argument", std::string(name) + " must be a " + type_name);
    }
    const auto array = value.As<Napi::TypedArrayOf<Number>>();
    const Number* numbers = array.Data();
    return std::vector<Number>(numbers, numbers + array.ElementLength());
}

template <class Array, class Number>
Array array_of(Napi::Env env, const std::vector<Number>& numbers) {
    Array array = Array::New(env, numbers.size());
    if (!numbers.empty()) {
        std::memcpy(array.Data(), numbers.data(), numbers.size() * sizeof(Number));
    }
    return array;
}

} // namespace

std::vector<float> to_floats(const Napi::Value& value, const char* name) {
    return copy_of<float>(value, napi_float32_array, name, "Float32Array");
}

std::vector<double> to_doubles(const Napi::Value& value, const char* name) {
    return copy_of<double>(value, napi_float64_array, name, "Float64Array");
}

std::string to_text(const Napi::Value& value, const char* name) {
    if (!value.IsString()) {
        throw CodedError("invalid-argument", std::string(name) + " must be a string");
    }
    std::string text = value.As<Napi::String>().Utf8Value();
    if (text.empty() || text.find('\0') != std::string::npos) {
        throw CodedError("invalid-argument", std::string(name) + " is empty or holds a NUL");
    }
    return text;
}

size_t to_count(const Napi::Value& value, const char* name, size_t largest) {
    const double number = value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : 0;
    if (!(number >= 1) || number > static_cast<double>(largest) || std::floor(number) != number) {
        throw CodedError(
                "invalid-argument", std::string(name) + " must be an integer from 1 to " + std::to_string(largest));
    }
    return static_cast<size_t>(number);
}

Napi::Float32Array to_array(Napi::Env env, const std::vector<float>& numbers) {
    return array_of<Napi::Float32Array>(env, numbers);
}

Napi::Float64Array to_array(Napi::Env env, const std::vector<double>& numbers) {
    return array_of<Napi::Float64Array>(env, numbers);
}

Napi::Error to_error(Napi::Env env, const Failure& failure) {
    Napi::Error error = Napi::Error::New(env, failure.message);
    error.Set("code", failure.code);
    return error;
}

} // namespace akin
