// What the options of a server come to: whatever is wrong with them is found out here.
#pragma once

#include "verb/serve.hpp"
#include "verb/serve/certificate_source.hpp"
#include "verb/serve/listener.hpp"
#include "verb/serve/rate_limiter.hpp"
#include "verb/serve/reports.hpp"
#include "verb/serve/respond.hpp"
#include "verb/serve/server.hpp"

#include <optional>
#include <vector>

namespace img {

struct ServePlan {
    std::vector<ListenPlace> listen, redirect;
    Entrance::Wire wire = Entrance::Wire::tls;
    Preface preface = Preface::none;
    TrustedProxies proxies;
    std::optional<CertificateOrigin> certificate; ///< nullopt without TLS
    ServerLimits limits;
    Rate file_rate, rate;
    AnswerPolicy policy;
    SiteOptions site;
    Reports::Terms reports;
};

/// Opens and touches nothing. Throws Error{usage}, which names the option, for what is wrong in
/// itself or in company.
ServePlan plan_serving(const ServeOptions& options);

} // namespace img
