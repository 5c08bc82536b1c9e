#pragma once

#include <alleycat/sqlite/connection.hpp>
#include <alleycat/sqlite/schema.hpp>

namespace alleycat::results {

using sqlite::Blob;
using sqlite::checked_version;
using sqlite::Connection;
using sqlite::kApplicationId;
using sqlite::prepare_database;
using sqlite::require_current;
using sqlite::Rows;
using sqlite::Statement;
using sqlite::Transaction;

}  // namespace alleycat::results
