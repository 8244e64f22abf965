// SQLite: a database in one file, loaded at run time.
#pragma once

#include "base/fs.hpp"
#include "base/text.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace img {

/// A statement of a `SqliteDatabase`, which must outlive it. Every call throws as that does.
class SqliteStatement {
public:
    SqliteStatement(SqliteStatement&&) noexcept;
    ~SqliteStatement();

    /// The value of the parameter `index`, from 1. Texts are copied, and may hold any bytes but
    /// zeros. Values stay until they are bound anew.
    SqliteStatement& bind(int index, std::int64_t value);
    SqliteStatement& bind(int index, std::string_view value);
    SqliteStatement& bind(int index, std::optional<std::int64_t> value);

    /// To the next row; false behind the last, from where it begins anew.
    bool step();
    /// For statements without rows.
    void run();

    /// Of the row, by its number from 0. NULL is 0, "" or nullopt.
    std::int64_t integer(int column) const;
    std::optional<std::int64_t> optional_integer(int column) const;
    std::string text(int column) const;

private:
    friend class SqliteDatabase;
    struct Impl;
    explicit SqliteStatement(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// A connection. Every call throws Error that begins with the file's path: `unavailable` when the
/// disk is full or does not answer, or others keep the database busy; else `failed`.
class SqliteDatabase {
public:
    enum class Access {
        write, ///< made where there is none, for its owner only, with a write-ahead log
        read   ///< as it is, and nothing is made beside it, also while others write
    };
    /// Opens `path`. What is no database, or damaged, is an error that ends with `damaged`. Waits
    /// for others that write, `patience` at most.
    SqliteDatabase(const fs::path& path, Access access, Duration patience,
                   const std::string& damaged);
    SqliteDatabase(SqliteDatabase&&) noexcept;
    ~SqliteDatabase();

    /// Statements without parameters and rows, separated by ";".
    void execute(const std::string& sql);
    SqliteStatement prepare(const std::string& sql) const;
    /// The number in the first column of the first row; 0 when there is none.
    std::int64_t number(const std::string& sql) const;

private:
    friend class SqliteStatement;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// What is changed while it lives is kept as a whole by commit(), or not at all.
class SqliteTransaction {
public:
    /// Waits for other writers.
    explicit SqliteTransaction(SqliteDatabase& database);
    SqliteTransaction(const SqliteTransaction&) = delete;
    SqliteTransaction& operator=(const SqliteTransaction&) = delete;
    ~SqliteTransaction();
    void commit();

private:
    SqliteDatabase& database_;
    bool open_ = true;
};

} // namespace img
