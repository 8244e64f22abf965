// A program: options in, exit status out. Hides the command-line library.
#pragma once

#include "base/error.hpp"
#include "base/text.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace img {

/// What every program shares: options bound once to plain variables, --help, --version, --config,
/// --quiet and --verbose, environment variables (IMGSEQ_QUALITY for --quality), the configuration
/// file, and the one place where every exception ends.
///
/// Names are written "-q,--quality". A variable keeps its value as the default.
class Tool {
public:
    /// `summary` is the sentence of the man page's NAME section.
    Tool(std::string name, std::string summary);
    ~Tool();
    Tool(const Tool&) = delete;
    Tool& operator=(const Tool&) = delete;

    /// One operand, which may be left out. Its lower-case name is a key of the configuration.
    void operand(const std::string& meta, std::string& value, const std::string& help);
    /// Any number of operands.
    void operands(const std::string& meta, std::vector<std::string>& values,
                  const std::string& help);

    void flag(const std::string& names, bool& value, const std::string& help);
    void option(const std::string& names, const std::string& meta, std::string& value,
                const std::string& help);
    /// An option that may be given several times; in the configuration, an array.
    void option(const std::string& names, const std::string& meta, std::vector<std::string>& values,
                const std::string& help);
    void number(const std::string& names, int& value, int least, int most, const std::string& help);
    void number(const std::string& names, std::optional<int>& value, int least, int most,
                const std::string& help);
    void number(const std::string& names, double& value, double least, double most,
                const std::string& help);
    void number(const std::string& names, std::optional<double>& value, double least, double most,
                const std::string& help);
    void duration(const std::string& names, Duration& value, Duration least, Duration most,
                  const std::string& help);
    void duration(const std::string& names, std::optional<Duration>& value, Duration least,
                  Duration most, const std::string& help);
    void size(const std::string& names, Size& value, const std::string& help);

    template <class Value>
    void choice(const std::string& names, Value& value,
                const std::vector<std::pair<std::string, Value>>& choices,
                const std::string& help) {
        std::vector<std::string> words;
        std::string standard;
        for (const auto& [word, meaning] : choices) {
            words.push_back(word);
            if (meaning == value)
                standard = word;
        }
        add_choice(names, words, standard, help, Repeat::last_counts,
                   [&value, choices](std::size_t index) { value = choices[index].second; });
    }

    /// A choice without a default.
    template <class Value>
    void choice(const std::string& names, std::optional<Value>& value,
                const std::vector<std::pair<std::string, Value>>& choices,
                const std::string& help) {
        std::vector<std::string> words;
        for (const auto& [word, meaning] : choices)
            words.push_back(word);
        add_choice(names, words, "", help, Repeat::last_counts,
                   [&value, choices](std::size_t index) { value = choices[index].second; });
    }

    /// A choice that may be made several times.
    template <class Value>
    void choice(const std::string& names, std::vector<Value>& values,
                const std::vector<std::pair<std::string, Value>>& choices,
                const std::string& help) {
        std::vector<std::string> words;
        for (const auto& [word, meaning] : choices)
            words.push_back(word);
        add_choice(
            names, words, "", help, Repeat::all_count,
            [&values, choices](std::size_t index) { values.push_back(choices[index].second); });
    }

    /// An option that `parse` reads to an optional value. Where that is nullopt, the text is
    /// refused: "'x' is not EXPECTED"; where it throws, with what the Error says. `standard` is the
    /// default in words.
    template <class Value, class Parse>
    void parsed(const std::string& names, const std::string& meta, Value& value, Parse parse,
                const std::string& expected, const std::string& standard, const std::string& help) {
        add_parsed(names, meta, Repeat::last_counts, standard, expected, help,
                   [&value, parse](const std::string& text) {
                       auto read = parse(text);
                       if (read)
                           value = *read;
                       return read.has_value();
                   });
    }
    /// One that may be given several times.
    template <class Value, class Parse>
    void parsed(const std::string& names, const std::string& meta, std::vector<Value>& values,
                Parse parse, const std::string& expected, const std::string& help) {
        add_parsed(names, meta, Repeat::all_count, "", expected, help,
                   [&values, parse](const std::string& text) {
                       auto read = parse(text);
                       if (read)
                           values.push_back(*read);
                       return read.has_value();
                   });
    }

    /// --camera NAME: which [camera.NAME] of the configuration to use.
    void camera(std::string& name, const std::string& help);

    /// Parses, then acts; returns the status to end with. Every exception ends here, as one line.
    int run(int argc, char** argv, const std::function<Exit()>& act) noexcept;

private:
    struct Impl;
    enum class Repeat { last_counts, all_count };

    void add_parsed(const std::string& names, const std::string& meta, Repeat repeat,
                    const std::string& standard, const std::string& expected,
                    const std::string& help, const std::function<bool(const std::string&)>& take);
    void add_choice(const std::string& names, const std::vector<std::string>& words,
                    const std::string& standard, const std::string& help, Repeat repeat,
                    const std::function<void(std::size_t)>& set);

    std::unique_ptr<Impl> impl_;
};

/// One line of data for programs, on stdout; flushed, so that a reader sees it at once.
void print_line(std::string_view line);

} // namespace img
