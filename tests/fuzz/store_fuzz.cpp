// What imgsync reads of outside text: addresses, files of keys, answers of stores and servers.

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "verb/sync/object_store_words.hpp"
#include "verb/sync/rsync.hpp"
#include "verb/sync/sftp.hpp"
#include "verb/sync/ssh.hpp"
#include "verb/sync/upload.hpp"
#include "verb/sync/upload_file.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

using img::RemoteOptions;

void require(bool holds) {
    if (!holds)
        std::abort();
}

bool is_one_line(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// What it throws is for people, and of the command line.
template <class Parse>
void parse(const Parse& parse_it) {
    try {
        parse_it();
    } catch (const img::Error& error) {
        require(error.status() == img::Exit::usage);
        require(is_one_line(error.what()));
    }
}

void check_ssh(const img::SshAddress& address) {
    // What stands in ssh's command line is no option, nor more than one word of a shell.
    for (const std::string& name : {address.user, address.host})
        require(!name.starts_with('-') && is_one_line(name) &&
                name.find_first_of(" ;&|$`'\"\\") == std::string::npos);
    require(!address.login().starts_with('-') && !address.host.empty());
    require(is_one_line(address.path));
}

void check_addresses(const std::string& text) {
    parse([&] {
        img::SshAddress address = img::parse_ssh_address(text);
        check_ssh(address);
        if (img::is_ssh_address(text))
            require(img::parse_ssh_address(address.shown()).shown() == address.shown());
    });
    parse([&] { check_ssh(img::parse_sftp_address("sftp://" + text)); });
    parse([&] {
        // The same place has one name.
        std::string shown = img::shown_remote(text);
        require(img::is_ssh_address(text) || img::shown_remote(shown) == shown);
    });
    parse([&] {
        img::StorePlace place = img::store_place("s3://" + text, "", "us-east-1");
        require(place.path.starts_with('/') && place.path.ends_with('/'));
        require(is_one_line(place.base + place.path));
        require(place.path.find_first_of(" ?#") == std::string::npos);
    });
    parse([&] { img::store_place("s3://bucket", text, "us-east-1"); });
}

void check_answers(std::string_view text) {
    img::xml_text(text, "Code");
    require(is_one_line(img::server_words(text)));
    for (long status : {200, 400, 404, 503}) {
        img::store_outcome(status, img::xml_text(text, "Code"));
        img::upload_outcome(RemoteOptions::Method::post, status, text);
    }
    std::string tag{text.substr(0, 100)};
    require(img::xml_text(img::store_completion({tag}), "ETag") == tag);
}

void check_keys(std::string_view text) {
    if (std::optional<img::StoreKeys> keys = img::parse_store_keys(text, "default"))
        for (const std::string& key : {keys->id, keys->secret, keys->token})
            require(key.find('\n') == std::string::npos && img::trim(key) == key);
}

/// Errors of programs, and names in what they read.
void check_programs(const std::string& text) {
    img::SshAddress host{"", "host", "/"};
    if (auto trouble = img::ssh_trouble(host, {}, text))
        require(is_one_line(trouble->what()));
    require(is_one_line(img::last_words(text)) && is_one_line(img::line_with(text, "a")));
    std::string printed = img::as_rsync_prints(text);
    require(printed.find('\n') == std::string::npos);
    if (auto word = img::sftp_word(text))
        require(word->find('\n') == std::string::npos && word->size() >= text.size());
}

void check_form(const std::string& text) {
    img::SyncFile frame{text, 1, 1, img::Instant{}, text};
    img::UploadForm form = img::upload_form(frame, img::sha256_of(img::bytes_of(text)), "BOUNDARY");
    // The name of a file ends neither its quotes nor its line.
    std::size_t name = form.before.rfind("filename=\"") + 10;
    std::string_view rest = std::string_view{form.before}.substr(name);
    rest = rest.substr(rest.find('"'));
    require(rest.starts_with("\"\r\nContent-Type: ") && rest.ends_with("\r\n\r\n"));
    require(std::count(rest.begin(), rest.end(), '\n') == 3);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string text{img::text_of({data, size})};
    check_addresses(text);
    check_answers(text);
    check_keys(text);
    check_programs(text);
    if (text.find("BOUNDARY") == std::string::npos)
        check_form(text);
    return 0;
}
