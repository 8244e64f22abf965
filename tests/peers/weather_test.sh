#!/bin/sh
# Weather from a server that does everything that servers do, and recorded weather against an oracle.
. "$(dirname "$0")/lib.sh"
need /usr/bin/python3

data=$(cd "$peers/../data/weather" && pwd)
state=$work/state
mkdir "$state"
start_camera weather_service.py weather --directory "$state"
url=http://127.0.0.1:$port

road() {
    imgroad --weather "${provider-nws}" --lat 35.198 --lon -111.651 --weather-url "$url" \
        --contact road@example.org --timeout 1s --cache "$work/cache" "$@"
}
faults() { printf '%s\n' "$1" >"$state/faults.json"; }
# forecast EXPRESSION: what Python makes of the JSON, which is called d.
forecast() { road --forecast --json | /usr/bin/python3 -c "import json, sys; d = json.load(sys.stdin); print($1)"; }
# is WHAT EXPECTED EXPRESSION
is() {
    got=$(forecast "$3")
    [ "$got" = "$2" ] || fail "$1: '$got', expected '$2'"
}
count() { grep -c "\"product\": \"$1\"" "$log"; }
# Makes everything on disk old enough to be asked for again: fresh for 0 s, but just fetched.
expire() { sed -i '1s/"fresh_until":"[^"]*"/"fresh_until":"2020-01-01T00:00:00.000Z"/' "$work"/cache/*/*.json; }

# Nothing yet: unavailable, and no waiting.
is "before" "Forecast unavailable" 'd["no_snow"]'
is "before" "None" 'd["ice"]["possible"]'
[ "$(grep -c request "$log")" -eq 0 ] || fail "--forecast alone went to the network"

# Good answers.
run 0 "good" road --refresh
is "good" "['Winter Storm Warning', 'Heavy snow from $(TZ=America/Phoenix date +%H:00)']" \
    'd["alerts"]'
is "good: 0 °C is measured" "0.0" 'd["temperature"]'
is "good: km/h" "10.0" 'd["now"]["wind"]'
is "good: the second station" "KTWO" 'd["now"]["station"]'
is "good: place" "Flagstaff, AZ" 'd["place"]'
is "good: sum over two days" "3.0" 'd["snow"]["rate"]'
grep -q '"agent": "imgseq/[0-9.]* (road@example.org)"' "$log" || fail "no User-Agent with a contact"
run 0 "fresh" road --refresh -v
says "fresh" "gridpoint: fresh"
[ "$(count gridpoint)" -eq 1 ] || fail "fresh: asked again"

# 304 with a mark.
expire
run 0 "304" road --refresh -v
says "304" "gridpoint: unchanged"
says "304" "alerts: unchanged"
grep -q '"condition": "\\"gridpoint-1\\""' "$log" || fail "304: no If-None-Match"
is "304: still there" "True" 'd["sources"]["forecast"]["available"]'

# 500, then good.
expire
faults '{"gridpoint": "500-once"}'
run 0 "500, then good" road --refresh -v
says "500, then good" "gridpoint: fetched"

# Faults that stay: said, the others are fetched, the old one stays.
for fault in 500 404 html cut units slow; do
    expire
    faults "{\"gridpoint\": \"$fault\"}"
    run 75 "$fault" road --refresh -v
    grep -q '^imgroad: gridpoint: ' "$work/err" || fail "$fault: not said"
    [ "$(grep -c . "$work/err")" -ge 5 ] || fail "$fault: the others were not looked after"
    is "$fault: the old one stays" "3.0" 'd["snow"]["rate"]'
done
grep -qE 'timed out|silent for' "$work/err" || fail "slow: not said"
expire
faults '{"gridpoint": "html"}'
run 75 "html" road --refresh
says "html" "gridpoint: the answer is HTML or XML, not JSON"
faults '{"gridpoint": "cut"}'
run 75 "cut" road --refresh
says "cut" "gridpoint: the JSON is cut off"
faults '{"gridpoint": "units"}'
run 75 "units" road --refresh
says "units" "cannot be -3 wmoUnit:mm"

# Nulls are not known, and no zeros.
rm -rf "$work/cache"
faults '{"gridpoint": "nulls", "hourly": "nulls", "observation": "nulls"}'
run 75 "nulls" road --refresh
says "nulls" "gridpoint: there is not one value"
says "nulls" "reports no temperature"
is "nulls: probability" "None" 'd["chart"][0]["probability"]'
is "nulls: nothing measured" "" 'd["now"]["station"]'

# Always 500, from the beginning: five tries for the first, then one each.
rm -rf "$work/cache"
: >"$log"
faults '{"all": "500"}'
run 75 "always 500" road --refresh
says "always 500" "the server answers 500"
at_most "always 500: ms" "$took" 12000
[ "$(count points)" -eq 5 ] || fail "always 500: $(count points) tries, expected 5"
is "always 500" "Forecast unavailable" 'd["no_snow"]'

# A capture never waits, whether the server is silent or gone.
faults '{"all": "silent"}'
run 0 "silent" road --forecast
at_most "silent: ms" "$took" 300
stop_camera
run 0 "gone" road --forecast
at_most "gone: ms" "$took" 300
grep -q 'Forecast unavailable' "$work/out" || fail "gone: does not say that it knows nothing"
run 75 "refresh of what is gone" road --refresh
says "refresh of what is gone" "points: "

# Open-Meteo.
rm -f "$state/faults.json"
start_camera weather_service.py meteo --directory "$state"
url=http://127.0.0.1:$port provider=open-meteo
run 0 "open-meteo" road --refresh
is "open-meteo" "[1.5, 36.0]" '[d["snow"]["rate"], d["snow"]["totals"]["24h"]]'
run 0 "open-meteo: fresh" road --refresh -v
says "open-meteo: fresh" "forecast: fresh"

# Two at once leave whole files.
provider=nws
rm -rf "$work/cache"
pids=
for i in 1 2 3 4; do
    road --refresh 2>"$work/err.$i" &
    pids="$pids $!"
done
for pid in $pids; do
    wait "$pid" || fail "four at once: one failed: $(cat "$work"/err.?)"
done
is "four at once" "3.0" 'd["snow"]["rate"]'
[ -z "$(find "$work/cache" -name '.*' -type f)" ] || fail "four at once: something is left"
stop_camera

# Recorded answers, which an oracle of its own reads anew.
recorded() { # FILE TIME ZONE LATITUDE LONGITUDE
    cp "$1" "$work/recorded.json"
    touch -d "$2" "$work/recorded.json"
    SOURCE_DATE_EPOCH=$(date -d "$2" +%s) imgroad --forecast --json --tz "$3" --lat "$4" --lon "$5" \
        --weather "$work/recorded.json" >"$work/said.json" || fail "$1 at $2"
    check "$1 at $2" /usr/bin/python3 "$peers/weather_oracle.py" "$1" "${2%Z}+00:00" "$3" "$4,$5" \
        <"$work/said.json"
}
recorded "$data/nws_gridpoint_littlerock_icestorm.json" 2024-01-12T11:00:00Z America/Chicago 34.749 -92.275
recorded "$data/nws_gridpoint_littlerock_icestorm.json" 2024-01-12T20:20:00Z America/Chicago 34.749 -92.275
recorded "$data/nws_gridpoint_flagstaff_snow.json" 2024-01-12T23:00:00Z America/Phoenix 35.198 -111.651
recorded "$data/nws_gridpoint_flagstaff_snow.json" 2024-01-13T11:40:00Z America/Phoenix 35.198 -111.651
recorded "$data/nws_gridpoint_twincities_snow.json" 2024-01-13T23:59:00Z America/Chicago 44.98 -93.27
recorded "$data/open_meteo_metric.json" 2026-01-15T04:10:00Z America/Chicago 44.98 -93.27
samples=$(cd "$peers/../../.." && pwd)/shared/data/weather
if [ -d "$samples" ]; then
    for time in 2024-01-12T11:00:00Z 2024-01-13T06:20:00Z 2024-01-14T17:59:00Z; do
        recorded "$samples/nws/littlerock_icestorm_gridpoint.json" $time America/Chicago 34.749 -92.275
        recorded "$samples/nws/flagstaff_snow_gridpoint.json" $time America/Phoenix 35.198 -111.651
        recorded "$samples/nws/fairbanks_gridpoint.json" $time America/Anchorage 64.84 -147.72
        recorded "$samples/nws/twincities_snow_gridpoint.json" $time America/Chicago 44.98 -93.27
        recorded "$samples/nws/birmingham_mix_gridpoint.json" $time America/Chicago 33.52 -86.8
    done
    for time in 2026-02-01T02:30:00Z 2026-02-01T14:30:00Z 2026-02-01T21:00:00Z; do
        recorded "$samples/open-meteo/mixed_precip_hourly.json" $time America/Los_Angeles 47.6 -122.3
    done
    for time in 2026-01-15T09:00:00Z 2026-01-16T14:00:00Z; do
        recorded "$samples/open-meteo/alaska_snow_hourly.json" $time America/Anchorage 63.57 -145.68
    done
    for time in 2025-12-29T02:00:00Z 2025-12-31T14:45:00Z; do
        recorded "$samples/open-meteo/ny_dec_forecast.json" $time America/New_York 40.6 -74.4
    done
else
    echo "skipped: recorded answers, for there are no samples in shared/data/weather" >&2
fi
finish
