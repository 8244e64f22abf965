// TOML: the part of it that configuration files need.

#include "cli/toml.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <charconv>
#include <cstdint>
#include <map>
#include <utility>

namespace img {

namespace {

constexpr char end_of_text = '\0'; // cannot stand in the text: control characters are refused

void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
        return;
    }
    int rest = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr std::uint32_t heads[]{0, 0xC0, 0xE0, 0xF0};
    out += static_cast<char>(heads[rest] | code >> 6 * rest);
    while (rest-- > 0)
        out += static_cast<char>(0x80 | (code >> 6 * rest & 0x3F));
}

class TomlReader {
public:
    TomlReader(std::string_view text, const std::string& file) : text_(text), file_(file) {
        if (text_.starts_with("\xEF\xBB\xBF"))
            at_ = 3;
    }

    std::vector<TomlItem> read() {
        std::vector<TomlItem> items;
        std::vector<std::string> section;
        for (skip_lines(); peek() != end_of_text; skip_lines()) {
            if (peek() == '[') {
                section = section_line();
            } else {
                items.push_back(item_line(section));
                refuse_second(items.back());
            }
            end_line();
        }
        return items;
    }

private:
    std::string place() const { return str(file_, ":", line_); }

    [[noreturn]] void fail(std::string_view fact) const {
        throw Error(str(place(), ": ", fact), Exit::usage);
    }

    char peek() const {
        if (at_ == text_.size())
            return end_of_text;
        auto byte = static_cast<unsigned char>(text_[at_]);
        if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f)
            fail("a control character");
        return text_[at_];
    }

    char take() {
        char c = peek();
        if (c != end_of_text)
            ++at_;
        if (c == '\n')
            ++line_;
        return c;
    }

    void skip_blanks() {
        while (peek() == ' ' || peek() == '\t' || peek() == '\r')
            ++at_;
        if (peek() == '#')
            while (peek() != '\n' && peek() != end_of_text)
                ++at_;
    }

    void skip_lines() {
        for (skip_blanks(); peek() == '\n'; skip_blanks())
            take();
    }

    void end_line() {
        skip_blanks();
        if (peek() != '\n' && peek() != end_of_text)
            fail("more than one value; text stands in quotation marks");
    }

    std::vector<std::string> section_line() {
        take();
        if (peek() == '[')
            fail("[[sections]] are not known");
        std::vector<std::string> names = dotted_names("a section is [NAME] or [NAME.NAME]");
        if (peek() != ']')
            fail("the section's ']' is missing");
        take();
        return names;
    }

    TomlItem item_line(const std::vector<std::string>& section) {
        TomlItem item{section, "", {}, place()};
        std::vector<std::string> names = dotted_names("a line is [SECTION] or KEY = VALUE");
        item.key = names.back();
        item.section.insert(item.section.end(), names.begin(), names.end() - 1);
        if (peek() != '=')
            fail(str("'", printable(item.key), "' lacks its '= VALUE'"));
        take();
        skip_blanks();
        if (peek() == '[')
            item.values = array();
        else
            item.values.push_back(value());
        return item;
    }

    std::vector<std::string> dotted_names(std::string_view otherwise) {
        std::vector<std::string> names;
        for (;;) {
            skip_blanks();
            std::string name;
            if (peek() == '"' || peek() == '\'')
                name = quoted();
            else
                while (is_bare(peek()))
                    name += take();
            if (name.empty())
                fail(otherwise);
            names.push_back(std::move(name));
            skip_blanks();
            if (peek() != '.')
                return names;
            take();
        }
    }

    static bool is_bare(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || static_cast<unsigned char>(c) >= 0x80;
    }

    std::vector<std::string> array() {
        std::vector<std::string> values;
        take();
        for (;;) {
            skip_lines();
            if (peek() == ']')
                break;
            values.push_back(value());
            skip_lines();
            if (peek() == ',')
                take();
            else if (peek() != ']')
                fail("the array's ']' or a ',' is missing");
        }
        take();
        return values;
    }

    std::string value() {
        if (peek() == '"' || peek() == '\'')
            return quoted();
        constexpr std::string_view ends = " \t\r\n,[]{}\"'#";
        std::string word;
        while (peek() != end_of_text && ends.find(peek()) == std::string_view::npos)
            word += take();
        if (word.empty())
            fail("there is no value; text stands in quotation marks");
        if (peek() == '#')
            fail("a '#' right behind a value; text stands in quotation marks");
        return word;
    }

    std::string quoted() {
        std::string out;
        char mark = take();
        for (;;) {
            char c = peek();
            if (c == '\n' || c == end_of_text)
                fail("a quotation mark is not closed");
            take();
            if (c == mark)
                return out;
            if (c == '\\' && mark == '"')
                append_escape(out);
            else
                out += c;
        }
    }

    void append_escape(std::string& out) {
        constexpr std::string_view letters = "btnfr\"\\", meanings = "\b\t\n\f\r\"\\";
        char c = peek();
        std::size_t known = letters.find(c);
        if (known == std::string_view::npos && c != 'u' && c != 'U')
            fail("a '\\' in quotation marks is written \\\\, or the text in '...'");
        take();
        if (known != std::string_view::npos)
            out += meanings[known];
        else
            append_utf8(out, code_point(c == 'u' ? 4 : 8));
    }

    std::uint32_t code_point(std::size_t digits) {
        std::string_view hex = text_.substr(at_, digits);
        std::uint32_t code = 0;
        auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
        bool whole = hex.size() == digits && end == hex.data() + digits && error == std::errc{};
        if (!whole || code < 0x20 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
            fail("what follows \\u is not the number of a character");
        at_ += digits;
        return code;
    }

    void refuse_second(const TomlItem& item) {
        auto [first, is_new] = places_.try_emplace({item.section, item.key}, item.place);
        if (!is_new)
            throw Error(str(item.place, ": '", printable(item.key), "' stands at ", first->second,
                            " already"),
                        Exit::usage);
    }

    std::string_view text_;
    const std::string& file_;
    std::size_t at_ = 0;
    int line_ = 1;
    std::map<std::pair<std::vector<std::string>, std::string>, std::string> places_;
};

} // namespace

std::vector<TomlItem> parse_toml(std::string_view text, const std::string& file) {
    return TomlReader{text, file}.read();
}

} // namespace img
