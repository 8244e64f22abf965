// The configuration files: sections of keys, each with the place where it stands.

#include "cli/config.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/toml.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace img {

namespace {

constexpr std::array<std::string_view, 7> camera_facts{"source", "user", "password-file", "tz",
                                                       "lat",    "lon",  "weather"};

std::vector<std::string> default_files() {
    std::vector<std::string> files{"/etc/imgseq/imgseq.toml"};
    if (const char* home = std::getenv("XDG_CONFIG_HOME"); home && *home)
        files.push_back(str(home, "/imgseq/imgseq.toml"));
    else if (const char* user = std::getenv("HOME"))
        files.push_back(str(user, "/.config/imgseq/imgseq.toml"));
    std::erase_if(files, [](const std::string& file) {
        boost::system::error_code ignored;
        return !fs::exists(file, ignored);
    });
    return files;
}

struct Section {
    enum class Kind { tool, camera, camera_tool } kind;
    std::string tool, camera;
};

Section section_of(const std::vector<std::string>& parents, const std::string& place) {
    if (parents.size() == 1 && parents[0].starts_with("img"))
        return {Section::Kind::tool, parents[0], ""};
    if (parents.size() == 2 && parents[0] == "camera")
        return {Section::Kind::camera, "", parents[1]};
    if (parents.size() == 3 && parents[0] == "camera" && parents[2].starts_with("img"))
        return {Section::Kind::camera_tool, parents[2], parents[1]};
    throw Error(place + ": a key stands in [imgTOOL], [camera.NAME] or [camera.NAME.imgTOOL]",
                Exit::usage);
}

void check_secrecy(const std::string& file, const std::string& key, const std::string& place) {
    if (key != "password")
        return;
    throw Error(str(place, ": passwords do not stand in ", file,
                    "; put it into a file of mode "
                    "0600 and name that with password-file"),
                Exit::usage);
}

std::string text_of_config(const std::string& file) {
    try {
        return std::string{text_of(read_file(file, 1 << 20))};
    } catch (const Error& error) {
        throw Error(str("configuration file ", error.what()), Exit::usage);
    }
}

void read_one(const std::string& file, const std::string& tool, const std::string& camera,
              std::vector<ConfigEntry>& of_tool, std::vector<ConfigEntry>& of_camera,
              std::vector<ConfigEntry>& of_both) {
    for (const TomlItem& item : parse_toml(text_of_config(file), file)) {
        Section about = section_of(item.section, item.place);
        check_secrecy(file, item.key, item.place);
        ConfigEntry entry{item.key, item.values, item.place, about.kind == Section::Kind::camera};
        if (about.kind == Section::Kind::tool && about.tool == tool)
            of_tool.push_back(entry);
        if (about.kind == Section::Kind::camera_tool && about.camera == camera &&
            about.tool == tool)
            of_both.push_back(entry);
        if (about.kind != Section::Kind::camera)
            continue;
        if (std::find(camera_facts.begin(), camera_facts.end(), item.key) == camera_facts.end())
            throw Error(str(item.place, ": a camera has no key '", printable(item.key),
                            "'; it has source, user, password-file, tz, lat, lon and weather, and "
                            "[camera.NAME.imgTOOL] holds a tool's own options"),
                        Exit::usage);
        if (about.camera == camera)
            of_camera.push_back(entry);
    }
}

} // namespace

std::vector<ConfigEntry> read_config(const std::string& file, const std::string& tool,
                                     const std::string& camera) {
    std::vector<std::string> files =
        file.empty() ? default_files() : std::vector<std::string>{file};
    std::vector<ConfigEntry> entries, of_camera, of_both;
    for (const std::string& name : files)
        read_one(name, tool, camera, entries, of_camera, of_both);
    entries.insert(entries.end(), of_camera.begin(), of_camera.end());
    entries.insert(entries.end(), of_both.begin(), of_both.end());
    return entries;
}

} // namespace img
