// A program: options in, exit status out. Hides the command-line library.

#include "cli/tool.hpp"

#include "base/log.hpp"
#include "base/url.hpp"
#include "cli/config.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <unistd.h>

#include <CLI/CLI.hpp>

namespace img {

namespace {

/// Why a value is refused: the end of the sentence "'x' is not ...".
struct Refused {
    std::string expected;
};

std::string long_name(const std::string& names) {
    std::size_t at = names.find("--");
    return at == std::string::npos ? names : names.substr(at + 2);
}

std::string environment_name(const std::string& names) {
    std::string name = "IMGSEQ_" + long_name(names);
    for (char& c : name)
        c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

template <class Number>
std::string plain(Number number) {
    return str(number);
}

template <class Number>
std::string number_range(Number least, Number most) {
    return str("a number from ", plain(least), " to ", plain(most));
}

template <class Number>
Number checked(std::optional<Number> value, Number least, Number most) {
    if (!value || *value < least || *value > most)
        throw Refused{number_range(least, most)};
    return *value;
}

int checked_int(const std::string& text, int least, int most) {
    return static_cast<int>(checked<std::int64_t>(parse_int(text), least, most));
}

Duration checked_duration(const std::string& text, Duration least, Duration most) {
    std::optional<Duration> value = parse_duration(text);
    if (!value || *value < least || *value > most)
        throw Refused{
            str("a duration from ", format_duration(least), " to ", format_duration(most))};
    return *value;
}

/// Overwrites a secret part of an argument. True when there was one.
bool hide(char* begin, char* end) {
    std::fill(begin, end, '*');
    return begin != end;
}

/// The password between "user:" and "@", and the values of secret query keys.
bool hide_secrets_of_url(char* url) {
    bool found = false;
    char* authority = url + 3;
    char* at = std::strrchr(authority, '@');
    char* colon = std::strchr(authority, ':');
    char* slash = std::strchr(authority, '/');
    if (at && colon && colon < at && !(slash && slash < colon))
        found = hide(colon + 1, at);
    for (char* key = std::strchr(authority, '?'); key; key = std::strchr(key, '&')) {
        ++key;
        char* value = std::strchr(key, '=');
        if (value && names_secret({key, static_cast<std::size_t>(value - key)}))
            found = hide(value + 1, value + 1 + std::strcspn(value + 1, "&")) || found;
    }
    return found;
}

/// A password in argv is seen by everybody (ps); from here on it is not. True when there was one.
bool hide_passwords(int argc, char** argv) {
    bool found = false;
    for (int i = 1; i < argc; ++i)
        if (char* url = std::strstr(argv[i], "://"))
            found = hide_secrets_of_url(url) || found;
    return found;
}

} // namespace

struct Tool::Impl {
    struct Option {
        std::string names; ///< as registered, or the meta of an operand
        std::string meta;
        std::string help;
        std::string limits; ///< "1 to 100", or "low, balanced, aggressive"
        std::string standard;
        bool is_operand = false;
        bool is_many = false;
        std::function<void(const std::string&)> take;
        CLI::Option* parsed = nullptr;
    };

    std::string name, summary;
    CLI::App app;
    std::vector<std::unique_ptr<Option>> options;
    std::string config_file;
    std::string* camera = nullptr;
    bool help = false, version = false, quiet = false, verbose = false;

    Option& add(Option option) {
        options.push_back(std::make_unique<Option>(std::move(option)));
        Option& added = *options.back();
        bool is_flag = added.meta.empty();
        if (is_flag) {
            added.parsed = app.add_flag(added.names);
        } else {
            added.parsed = app.add_option(added.is_operand ? added.meta : added.names);
            if (added.is_many)
                added.parsed->expected(added.is_operand ? 0 : 1,
                                       CLI::detail::expected_max_vector_size);
            else
                added.parsed->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
            // Operands take all that is left; repeated options one value each, so that operands
            // may follow.
            if (added.is_many)
                added.parsed->allow_extra_args(added.is_operand);
        }
        return added;
    }

    static void give(const Option& option, const std::string& value, const std::string& where) {
        try {
            option.take(value);
        } catch (const Refused& refused) {
            throw Error(str(where, ": '", printable(value), "' is not ", refused.expected),
                        Exit::usage);
        } catch (const Error& error) {
            throw Error(str(where, ": ", error.what()), error.status());
        }
    }

    void parse(int argc, char** argv) {
        try {
            app.parse(argc, argv);
        } catch (const CLI::ArgumentMismatch& error) {
            // It says "--count: 1 required TEXT missing".
            std::string_view what = error.what();
            throw Error(str(what.substr(0, what.find(": ")), ": its value is missing; try ", name,
                            " --help"),
                        Exit::usage);
        } catch (const CLI::ParseError& error) {
            throw Error(str(first_line(error.what()), "; try ", name, " --help"), Exit::usage);
        }
        for (const auto& option : options)
            for (const std::string& value : option->parsed->results())
                give(*option, value,
                     option->is_operand ? option->meta : "--" + long_name(option->names));
    }

    void apply_environment(std::vector<const Option*>& given) {
        for (const auto& option : options) {
            if (option->parsed->count() > 0) {
                given.push_back(option.get());
                continue;
            }
            if (option->is_operand)
                continue;
            std::string variable = environment_name(option->names);
            const char* value = std::getenv(variable.c_str());
            if (!value || !*value)
                continue;
            give(*option, value, variable);
            given.push_back(option.get());
        }
    }

    void apply_config(const std::vector<const Option*>& given) {
        std::map<std::string, const ConfigEntry*> chosen;
        if (camera && camera->empty())
            for (const ConfigEntry& entry : read_config(config_file, name, ""))
                if (entry.key == "camera" && entry.values.size() == 1)
                    *camera = entry.values[0];
        std::vector<ConfigEntry> entries = read_config(config_file, name, camera ? *camera : "");
        for (const ConfigEntry& entry : entries)
            chosen[entry.key] = &entry; // the most specific comes last
        for (const auto& [key, entry] : chosen) {
            const Option* option = find(key);
            if (!option && entry->shared)
                continue;
            if (!option)
                throw Error(str(entry->place, ": ", name, " has no option '", key, "'"),
                            Exit::usage);
            if (key == "config" || key == "help" || key == "version")
                throw Error(str(entry->place, ": '", key, "' is for the command line only"),
                            Exit::usage);
            if (!option->is_many && entry->values.size() != 1)
                throw Error(str(entry->place, ": ", key, " takes one value"), Exit::usage);
            if (std::find(given.begin(), given.end(), option) != given.end())
                continue;
            for (const std::string& value : entry->values)
                give(*option, value, str(entry->place, ": ", key));
        }
    }

    const Option* find(const std::string& key) const {
        for (const auto& option : options)
            if (key == (option->is_operand ? lower(option->meta) : long_name(option->names)))
                return option.get();
        return nullptr;
    }

    /// Where else this tool takes one: "; use --password-file".
    std::string place_of_passwords() const {
        for (const char* key : {"password-file", "login-file"})
            if (find(key))
                return str("; use --", key);
        return "";
    }

    std::string help_text() const {
        std::string operands;
        for (const auto& option : options)
            if (option->is_operand)
                operands += str(" [", option->meta, option->is_many ? "...]" : "]");
        std::string out = str("Usage: ", name, " [OPTION...]", operands, "\n", summary, "\n\n");
        for (const auto& option : options) {
            std::string left = "  ";
            if (option->is_operand) {
                left += option->meta;
            } else {
                std::string names = option->names;
                if (std::size_t comma = names.find(','); comma != std::string::npos)
                    left += names.substr(0, comma) + ", " + names.substr(comma + 1);
                else
                    left += "    " + names;
                if (!option->meta.empty())
                    left += " " + option->meta;
            }
            std::string right = option->help;
            std::string facts = option->limits;
            if (!option->standard.empty())
                facts += str(facts.empty() ? "" : "; ", "default ", option->standard);
            if (!facts.empty())
                right += " (" + facts + ")";
            constexpr std::size_t column = 32;
            bool fits = left.size() + 2 <= column;
            left.resize(std::max(left.size(), column), ' ');
            out += fits ? left : str(left, "\n", std::string(column, ' '));
            out += str(right, "\n");
        }
        out += str("\nmanual: man ", name, "\n");
        return out;
    }
};

Tool::Tool(std::string name, std::string summary) : impl_(std::make_unique<Impl>()) {
    impl_->name = std::move(name);
    impl_->summary = std::move(summary);
    impl_->app.name(impl_->name);
    impl_->app.set_help_flag("");
    set_log(impl_->name, LogLevel::normal);
}

Tool::~Tool() = default;

void Tool::operand(const std::string& meta, std::string& value, const std::string& help) {
    Impl::Option option{meta, meta, help, "", value, true, false, nullptr, nullptr};
    option.take = [&value](const std::string& text) { value = text; };
    impl_->add(std::move(option));
}

void Tool::operands(const std::string& meta, std::vector<std::string>& values,
                    const std::string& help) {
    Impl::Option option{meta, meta, help, "", "", true, true, nullptr, nullptr};
    option.take = [&values](const std::string& text) { values.push_back(text); };
    impl_->add(std::move(option));
}

void Tool::flag(const std::string& names, bool& value, const std::string& help) {
    Impl::Option option{names, "", help, "", "", false, false, nullptr, nullptr};
    option.take = [&value](const std::string& text) {
        std::string word = lower(text);
        if (word == "true" || word == "1" || word == "yes" || word == "on")
            value = true;
        else if (word == "false" || word == "0" || word == "no" || word == "off")
            value = false;
        else
            throw Refused{"true or false"};
    };
    impl_->add(std::move(option));
}

void Tool::option(const std::string& names, const std::string& meta, std::string& value,
                  const std::string& help) {
    Impl::Option option{names, meta, help, "", value, false, false, nullptr, nullptr};
    option.take = [&value](const std::string& text) { value = text; };
    impl_->add(std::move(option));
}

void Tool::option(const std::string& names, const std::string& meta,
                  std::vector<std::string>& values, const std::string& help) {
    Impl::Option option{names, meta, help, "", "", false, true, nullptr, nullptr};
    option.take = [&values](const std::string& text) { values.push_back(text); };
    impl_->add(std::move(option));
}

void Tool::number(const std::string& names, int& value, int least, int most,
                  const std::string& help) {
    Impl::Option option{names, "N",     help,   str(least, " to ", most), plain(value), false,
                        false, nullptr, nullptr};
    option.take = [&value, least, most](const std::string& text) {
        value = checked_int(text, least, most);
    };
    impl_->add(std::move(option));
}

void Tool::number(const std::string& names, std::optional<int>& value, int least, int most,
                  const std::string& help) {
    Impl::Option option{names, "N",     help,   str(least, " to ", most), "", false,
                        false, nullptr, nullptr};
    option.take = [&value, least, most](const std::string& text) {
        value = checked_int(text, least, most);
    };
    impl_->add(std::move(option));
}

void Tool::number(const std::string& names, double& value, double least, double most,
                  const std::string& help) {
    Impl::Option option{names, "X",     help,   str(least, " to ", most), plain(value), false,
                        false, nullptr, nullptr};
    option.take = [&value, least, most](const std::string& text) {
        value = checked(parse_double(text), least, most);
    };
    impl_->add(std::move(option));
}

void Tool::number(const std::string& names, std::optional<double>& value, double least, double most,
                  const std::string& help) {
    Impl::Option option{names, "X",     help,   str(least, " to ", most), "", false,
                        false, nullptr, nullptr};
    option.take = [&value, least, most](const std::string& text) {
        value = checked(parse_double(text), least, most);
    };
    impl_->add(std::move(option));
}

void Tool::duration(const std::string& names, Duration& value, Duration least, Duration most,
                    const std::string& help) {
    Impl::Option option{names,
                        "TIME",
                        help,
                        str(format_duration(least), " to ", format_duration(most)),
                        format_duration(value),
                        false,
                        false,
                        nullptr,
                        nullptr};
    option.take = [&value, least, most](const std::string& text) {
        value = checked_duration(text, least, most);
    };
    impl_->add(std::move(option));
}

void Tool::duration(const std::string& names, std::optional<Duration>& value, Duration least,
                    Duration most, const std::string& help) {
    Impl::Option option{
        names,  "TIME", help,  str(format_duration(least), " to ", format_duration(most)),
        "",     false,  false, nullptr,
        nullptr};
    option.take = [&value, least, most](const std::string& text) {
        value = checked_duration(text, least, most);
    };
    impl_->add(std::move(option));
}

void Tool::size(const std::string& names, Size& value, const std::string& help) {
    Impl::Option option{names, "WxH", help,    "",     str(value.width, "x", value.height),
                        false, false, nullptr, nullptr};
    option.take = [&value](const std::string& text) {
        std::optional<Size> size = parse_size(text);
        if (!size)
            throw Refused{"a size such as 1280x720"};
        value = *size;
    };
    impl_->add(std::move(option));
}

void Tool::add_parsed(const std::string& names, const std::string& meta, Repeat repeat,
                      const std::string& standard, const std::string& expected,
                      const std::string& help,
                      const std::function<bool(const std::string&)>& take) {
    Impl::Option option{names,   meta,   help, "", standard, false, repeat == Repeat::all_count,
                        nullptr, nullptr};
    option.take = [take, expected](const std::string& text) {
        if (!take(text))
            throw Refused{expected};
    };
    impl_->add(std::move(option));
}

void Tool::add_choice(const std::string& names, const std::vector<std::string>& words,
                      const std::string& standard, const std::string& help, Repeat repeat,
                      const std::function<void(std::size_t)>& set) {
    std::string list;
    for (const std::string& word : words)
        list += (list.empty() ? "" : ", ") + word;
    Impl::Option option{names,   "WORD", help, list, standard, false, repeat == Repeat::all_count,
                        nullptr, nullptr};
    option.take = [words, set, list](const std::string& text) {
        auto found = std::find(words.begin(), words.end(), text);
        if (found == words.end())
            throw Refused{"one of " + list};
        set(static_cast<std::size_t>(found - words.begin()));
    };
    impl_->add(std::move(option));
}

void Tool::camera(std::string& name, const std::string& help) {
    option("--camera", "NAME", name, help);
    impl_->camera = &name;
}

int Tool::run(int argc, char** argv, const std::function<Exit()>& act) noexcept try {
    Impl& tool = *impl_;
    option("--config", "FILE", tool.config_file, "configuration file instead of the default ones");
    flag("-q,--quiet", tool.quiet, "print errors only");
    flag("-v,--verbose", tool.verbose, "print details");
    flag("-h,--help", tool.help, "print this help");
    flag("-V,--version", tool.version, "print the version");

    tool.parse(argc, argv);
    if (tool.help) {
        print_line(trim(tool.help_text()));
        return 0;
    }
    if (tool.version) {
        print_line(str(tool.name, " (imgseq) ", IMG_VERSION));
        return 0;
    }
    std::vector<const Impl::Option*> given;
    tool.apply_environment(given);
    tool.apply_config(given);
    set_log(tool.name, tool.quiet     ? LogLevel::quiet
                       : tool.verbose ? LogLevel::verbose
                                      : LogLevel::normal);
    if (hide_passwords(argc, argv))
        log_note("a password on the command line is seen by every user until now" +
                 tool.place_of_passwords());
    return static_cast<int>(act());
} catch (const Error& error) {
    log_error(redacted(error.what()));
    return static_cast<int>(error.status());
} catch (const std::bad_alloc&) {
    log_error("out of memory");
    return static_cast<int>(Exit::unavailable);
} catch (const std::exception& error) {
    log_error(printable(redacted(error.what())));
    return static_cast<int>(Exit::failed);
}

void print_line(std::string_view line) {
    bool written = std::fwrite(line.data(), 1, line.size(), stdout) == line.size() &&
                   std::fputc('\n', stdout) != EOF && std::fflush(stdout) == 0;
    if (!written)
        throw_errno("<stdout>", errno);
}

} // namespace img
