// The configuration files: sections of keys, each with the place where it stands.

#include "cli/config.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

#include <CLI/CLI.hpp>

namespace img {

namespace {

constexpr std::array<std::string_view, 6> camera_facts{"source", "user", "password-file",
                                                       "tz",     "lat",  "lon"};

std::vector<std::string> default_files() {
    std::vector<std::string> files{"/etc/imgseq/imgseq.toml"};
    if (const char* home = std::getenv("XDG_CONFIG_HOME"))
        files.push_back(str(home, "/imgseq/imgseq.toml"));
    else if (const char* user = std::getenv("HOME"))
        files.push_back(str(user, "/.config/imgseq/imgseq.toml"));
    std::erase_if(files, [](const std::string& file) {
        boost::system::error_code ignored;
        return !fs::exists(file, ignored);
    });
    return files;
}

/// The parser gives no line numbers: "section/key" → line, found by reading the text again.
std::map<std::string, int> lines_of_keys(std::string_view text) {
    std::map<std::string, int> lines;
    std::string section;
    int number = 0;
    for (std::string_view line : split(text, '\n')) {
        ++number;
        line = trim(line);
        if (line.starts_with('[') && line.find(']') != std::string_view::npos)
            section = std::string{trim(line.substr(1, line.find(']') - 1))};
        std::size_t equals = line.find('=');
        if (!line.starts_with('#') && equals != std::string_view::npos)
            lines.emplace(str(section, "/", trim(line.substr(0, equals))), number);
    }
    return lines;
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
    std::string text = text_of_config(file);
    std::map<std::string, int> lines = lines_of_keys(text);
    std::istringstream in{text};
    std::vector<CLI::ConfigItem> items;
    try {
        items = CLI::ConfigTOML{}.from_config(in);
    } catch (const CLI::Error& error) {
        throw Error(str(file, ": ", first_line(error.what())), Exit::usage);
    }
    for (const CLI::ConfigItem& item : items) {
        if (item.name == "++" || item.name == "--") // marks where a section begins and ends
            continue;
        std::string section;
        for (const std::string& parent : item.parents)
            section += (section.empty() ? "" : ".") + parent;
        auto line = lines.find(str(section, "/", item.name));
        std::string place = line == lines.end() ? file : str(file, ":", line->second);
        Section about = section_of(item.parents, place);
        check_secrecy(file, item.name, place);
        ConfigEntry entry{item.name, item.inputs, place, about.kind == Section::Kind::camera};
        if (about.kind == Section::Kind::tool && about.tool == tool)
            of_tool.push_back(entry);
        if (about.kind == Section::Kind::camera_tool && about.camera == camera &&
            about.tool == tool)
            of_both.push_back(entry);
        if (about.kind != Section::Kind::camera)
            continue;
        if (std::find(camera_facts.begin(), camera_facts.end(), item.name) == camera_facts.end())
            throw Error(str(place, ": a camera has no key '", item.name,
                            "'; it has source, user, password-file, tz, lat and lon, and "
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
