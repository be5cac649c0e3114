#pragma once

#include <caf/allowed_unsafe_message_type.hpp>

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace troupe {

/// Whether CAF writes a field of this type, or each element of such a list.
template <class T>
struct is_crossing
  : std::bool_constant<!caf::is_allowed_unsafe_message_type<T>::value> {};

template <class T>
struct is_crossing<std::vector<T>> : is_crossing<T> {};

template <class T, std::size_t Size>
struct is_crossing<std::array<T, Size>> : is_crossing<T> {};

/// Writes or reads the fields. CAF would skip, without a word, each that is of
/// a type allowed as unsafe in types.hpp.
template <class Inspector, class... Fields>
typename Inspector::result_type crosses(Inspector& f, Fields&&... fields) {
  static_assert((is_crossing<std::remove_cvref_t<Fields>>::value && ...),
                "give the field's type an id in types.hpp");
  return f(std::forward<Fields>(fields)...);
}

} // namespace troupe
