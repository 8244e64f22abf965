// The options of a server, over any texts: refused in one line, or a plan that says what they say.

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "verb/serve/plan.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

using namespace img;

void require(bool holds) {
    if (!holds)
        std::abort();
}

bool is_line(std::string_view text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

/// A number with its unit, as the command line takes it; what it does not take changes nothing.
template <class Number>
void take(Number& number, const std::optional<Number>& read) {
    number = read.value_or(number);
}

/// A letter that tells the option, and its value.
void take_line(ServeOptions& options, char letter, const std::string& value) {
    switch (letter) {
    case 'l':
        options.listen.push_back(value);
        break;
    case 'r':
        options.redirect.push_back(value);
        break;
    case 'h':
        options.http = true;
        break;
    case 't':
        options.trusted_proxies.push_back(value);
        break;
    case 'p':
        options.proxy_protocol = true;
        break;
    case 'c':
        options.certificate = value;
        break;
    case 'k':
        options.key = value;
        break;
    case 'n':
        options.names.push_back(value);
        break;
    case 'd':
        options.directory = value;
        break;
    case 'f':
        options.frame_ancestors.push_back(value);
        break;
    case 'o':
        options.content_policy = value;
        break;
    case 'm':
        options.metrics_from.push_back(value);
        break;
    case 'R':
        options.rate = value;
        break;
    case 'F':
        options.file_rate = value;
        break;
    case 'H':
        take(options.hsts, parse_duration(value));
        break;
    case 'i':
        take(options.idle_timeout, parse_duration(value));
        break;
    case 'b':
        take(options.cache, parse_bytes(value));
        break;
    default:
        options.banner = true;
    }
}

ServeOptions options_of(std::string_view text) {
    ServeOptions options;
    options.directory = "site";
    options.state = "state";
    for (std::string_view line : split(text, '\n')) {
        std::string_view argument = line.substr(0, line.find('\0')); // no option can hold a NUL
        if (!argument.empty())
            take_line(options, argument.front(), std::string{argument.substr(1)});
    }
    return options;
}

void check_refusal(const Error& refusal) {
    std::string_view what = refusal.what();
    require(refusal.status() == Exit::usage && is_line(what));
    require(what.starts_with("--") || what == "no directory to serve is given");
}

/// Its text is read as the same place.
void check_place(const ListenPlace& place) {
    if (place.path.empty())
        require(!place.port.empty() &&
                place.port.find_first_not_of("0123456789") == std::string::npos);
    if (place.path.empty() && place.host.empty())
        return;
    ListenPlace again = parse_listen_place(place.text());
    require(again.path == place.path && again.host == place.host && again.port == place.port);
}

void check_rate(const Rate& rate) {
    require(rate.count <= 1'000'000'000 && rate.per >= Duration{1000});
    const char* unit = rate.per == Duration{1000} ? "/s" : rate.per == Duration{60'000} ? "" : "/h";
    require(parse_rate(str(rate.count, unit)) == rate);
}

void check_network(const IpNetwork& network, const std::string& text) {
    require(network.contains(*parse_ip_address(text.substr(0, text.find('/')))));
    require(parse_ip_network(network.text())->text() == network.text());
}

/// Nothing in them ends a line early, or begins another policy or directive.
void check_fields(std::string_view fields, const AnswerPolicy& policy) {
    require(fields.ends_with("\r\n"));
    for (std::string_view line : split(fields.substr(0, fields.size() - 2), '\n')) {
        std::string_view field = line.substr(0, line.find('\r'));
        require(is_line(field) && is_token(field.substr(0, field.find(':'))));
    }
    require(policy.frame_ancestors.find_first_of(";,") == std::string::npos);
    require(policy.content_policy.find(',') == std::string::npos);
}

void check_plan(const ServePlan& plan, const ServeOptions& options) {
    require(plan.listen.size() == std::max(options.listen.size(), std::size_t{1}));
    require(plan.redirect.size() == options.redirect.size());
    for (const auto* places : {&plan.listen, &plan.redirect})
        std::for_each(places->begin(), places->end(), check_place);

    require(plan.certificate.has_value() != options.http);
    require(plan.wire == (options.http ? Entrance::Wire::plain : Entrance::Wire::tls));
    require(!options.proxy_protocol || !options.trusted_proxies.empty());
    std::vector<std::string> proxies = options.trusted_proxies;
    require(plan.proxies.unix_sockets == (std::erase(proxies, "unix") > 0));
    require(plan.proxies.networks.size() == proxies.size());
    for (std::size_t i = 0; i < proxies.size(); ++i)
        check_network(plan.proxies.networks[i], proxies[i]);
    require(plan.reports.metrics_from.size() == options.metrics_from.size());
    for (std::size_t i = 0; i < options.metrics_from.size(); ++i)
        check_network(plan.reports.metrics_from[i], options.metrics_from[i]);

    check_rate(plan.rate);
    check_rate(plan.file_rate);
    require(plan.policy.hsts.count() >= 0 && (!options.http || plan.policy.hsts.count() == 0));
    require(parse_duration(format_duration(options.idle_timeout)) == options.idle_timeout);
    require(plan.site.cache <= std::uint64_t{1} << 53);
    check_fields(page_policy_fields(plan.policy), plan.policy);
    check_fields(plan.site.describe("a.html"), plan.policy);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ServeOptions options = options_of(text_of({data, size}));
    try {
        check_plan(plan_serving(options), options);
    } catch (const Error& refusal) {
        check_refusal(refusal);
    }
    return 0;
}
