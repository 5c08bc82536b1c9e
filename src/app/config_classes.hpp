#pragma once

#include "config_kinds.hpp"

namespace alleycat::app {

// The exercise classes: [[class]] tables in the file, one text elsewhere, such as `1=Sprint,2=Hills`.

[[nodiscard]] Kind<std::uint32_t> class_id();
[[nodiscard]] Kind<std::string> class_name();

/// What is wrong with giving `classes` a further class of this id, if anything.
[[nodiscard]] std::optional<Complaint> refuse_class_id(const std::vector<ClassConfig>& classes, ClassId id);

/// All classes as one text; a name in it holds no comma.
[[nodiscard]] Kind<std::vector<ClassConfig>> class_list();

/// The [[class]] tables of `classes`.
[[nodiscard]] std::string class_tables(const std::vector<ClassConfig>& classes);

}  // namespace alleycat::app
