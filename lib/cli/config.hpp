// The configuration files: sections of keys, each with the place where it stands.
#pragma once

#include <string>
#include <vector>

namespace img {

/// One `key = value` of a configuration file.
struct ConfigEntry {
    std::string key;
    std::vector<std::string> values;
    std::string place; ///< "/etc/imgseq/imgseq.toml:12"
    bool shared;       ///< a fact of a camera, which not every tool has an option for
};

/// The entries that concern `tool` and `camera` (may be empty), most specific last: [tool],
/// [camera.NAME], [camera.NAME.tool]. Keys of [camera.NAME] are the facts of a camera that several
/// tools share; those outside the known list are refused. Reads `file`, or with an empty name the
/// default files that exist. Throws Error{usage} naming file and line.
std::vector<ConfigEntry> read_config(const std::string& file, const std::string& tool,
                                     const std::string& camera);

} // namespace img
