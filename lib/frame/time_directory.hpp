// Directories that are named by a time: what 2026/11/21 stands for.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace img {

/// The time that a chain of directories stands for, as clocks show it: from `begin` to before
/// `end`.
struct DirectoryTime {
    enum class Unit : std::uint8_t { year, month, day, hour, minute } unit = Unit::year;
    LocalTimes::Clocks begin{}, end{};
};

/// What `name` stands for in a directory that stands for `above`. A chain begins with a year, alone
/// or with what follows it (2026, 2026-11, 202611, 2026-11-21, 20261121; from 1970 to 2199), such a
/// day also with an hour (2026-11-21_13, 20261121T13, 2026112113), and is continued by finer units
/// of two digits, or of three for the day of a year. nullopt for any other name.
std::optional<DirectoryTime> directory_time(std::string_view name,
                                            const std::optional<DirectoryTime>& above);

/// Whether `time` lies in it, in UTC or in the zone.
bool holds(const DirectoryTime& directory, Instant time, LocalTimes& zone);

} // namespace img
