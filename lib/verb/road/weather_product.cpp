// One answer of a weather service, as it is kept on disk.

#include "verb/road/weather_product.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "verb/road/json_node.hpp"
#include "verb/road/weather.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace img {

namespace {

using namespace std::chrono;

constexpr std::size_t largest_product = std::size_t{9} << 20;
constexpr days longest_freshness{1};

std::optional<seconds> max_age_in(std::string_view control) {
    for (std::string_view directive : split(control, ',')) {
        std::string word = lower(trim(directive));
        if (!word.starts_with("max-age="))
            continue;
        std::optional<std::int64_t> age = parse_int(std::string_view{word}.substr(8));
        if (age && *age >= 0)
            return seconds{std::min<std::int64_t>(*age, seconds{longest_freshness}.count())};
    }
    return std::nullopt;
}

} // namespace

bool WeatherProduct::is_fresh(Instant now) const {
    return fetched <= now + clock_difference && now < fresh_until &&
           fresh_until <= now + longest_freshness + clock_difference;
}

std::string product_text(const WeatherProduct& product) {
    nlohmann::ordered_json head{{"path", product.path},
                                {"fetched", iso_time(product.fetched)},
                                {"fresh_until", iso_time(product.fresh_until)},
                                {"etag", product.etag},
                                {"last_modified", product.last_modified}};
    return str(head.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace), "\n",
               product.body);
}

std::optional<WeatherProduct> parse_product(std::string_view text) {
    std::size_t end = text.find('\n');
    if (end == std::string_view::npos)
        return std::nullopt;
    try {
        JsonDocument head{text.substr(0, end), "cache"};
        std::optional<Instant> fetched = parse_iso_time(head["fetched"].needed_text());
        std::optional<Instant> until = parse_iso_time(head["fresh_until"].needed_text());
        if (!fetched || !until)
            return std::nullopt;
        return WeatherProduct{head["path"].needed_text(),
                              *fetched,
                              *until,
                              head["etag"].text().value_or(""),
                              head["last_modified"].text().value_or(""),
                              std::string{text.substr(end + 1)}};
    } catch (const Error&) {
        return std::nullopt; // damaged: it is fetched again
    }
}

std::optional<WeatherProduct> read_product(const fs::path& file) {
    boost::system::error_code ignored;
    if (!fs::exists(file, ignored))
        return std::nullopt;
    try {
        return parse_product(text_of(read_file(file, largest_product)));
    } catch (const Error&) {
        return std::nullopt;
    }
}

void write_product(const fs::path& file, const WeatherProduct& product) {
    write_file(file, bytes_of(product_text(product)));
}

Instant fresh_until(Instant now, Duration standard,
                    const std::map<std::string, std::string, std::less<>>& headers) {
    Instant until = now + standard;
    auto value_of = [&](std::string_view name) {
        auto found = headers.find(name);
        return found == headers.end() ? std::string{} : found->second;
    };
    if (std::optional<seconds> age = max_age_in(value_of("cache-control"))) {
        until = std::max<Instant>(until, now + *age);
    } else if (std::optional<Instant> expires = parse_http_time(value_of("expires"))) {
        // The server's own clock counts, where it says what that shows.
        Instant served = parse_http_time(value_of("date")).value_or(now);
        until = std::max(until, now + (*expires - served));
    }
    return std::min<Instant>(until, now + longest_freshness);
}

} // namespace img
