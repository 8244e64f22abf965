#!/usr/bin/python3
"""What imgroad --forecast should say of a saved answer, worked out anew from its JSON alone.

usage: weather_oracle.py FILE NOW ZONE LATITUDE,LONGITUDE   with `imgroad --forecast --json` on stdin

The answer is one of the NWS grid or of Open-Meteo. Ends with 1 and says what differs.
"""
import json
import math
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
FREEZING = {"freezing_rain", "freezing_drizzle", "sleet", "freezing_spray"}
FALLING = FREEZING | {"rain", "rain_showers", "drizzle", "snow", "snow_showers", "hail"}


def floor(time):
    return time.replace(minute=0, second=0, microsecond=0)


def grid_hours(answer):
    """{hour: {layer: value}}; amounts in cm or mm an hour, fractions 0 to 1, wind in m/s."""
    table = {}

    def put(layer, name, scale, shared):
        for entry in answer["properties"].get(layer, {}).get("values", []):
            if entry["value"] is None:
                continue
            begin, _, length = entry["validTime"].partition("/")
            start = datetime.fromisoformat(begin)
            days, _, rest = length[1:].partition("T")
            whole = timedelta(days=int(days[:-1] or 0), hours=int(rest[:-1] or 0))
            at = floor(start)
            while at < start + whole:
                inside = min(at + HOUR, start + whole) - max(at, start)
                row = table.setdefault(at, {})
                if shared:
                    row[name] = row.get(name, 0) + entry["value"] * scale * (inside / whole)
                elif inside > HOUR / 2 and name == "kinds":
                    row[name] = {w["weather"] for w in entry["value"] if w["weather"]
                                 and w["coverage"] not in ("slight_chance", "isolated")}
                elif inside > HOUR / 2:
                    row[name] = entry["value"] * scale
                at += HOUR
    put("temperature", "air", 1, False)
    put("dewpoint", "dew", 1, False)
    put("skyCover", "sky", 0.01, False)
    put("windSpeed", "wind", 1 / 3.6, False)
    put("probabilityOfPrecipitation", "chance", 0.01, False)
    put("quantitativePrecipitation", "water", 1, True)
    put("snowfallAmount", "snow", 0.1, True)
    put("iceAccumulation", "ice", 1, True)
    put("weather", "kinds", 1, False)
    return table


def meteo_kinds(code):
    for kind, codes in (("drizzle", (51, 53, 55)), ("freezing_drizzle", (56, 57)),
                        ("rain", (61, 63, 65, 80, 81, 82, 95)), ("freezing_rain", (66, 67)),
                        ("snow", (71, 73, 75, 77, 85, 86)), ("hail", (96, 99))):
        if code in codes:
            return {kind}
    return set()


def meteo_hours(answer):
    table = {}
    hourly = answer["hourly"]
    offset = timedelta(seconds=answer.get("utc_offset_seconds", 0))
    names = {"temperature_2m": ("air", 1, 0), "dew_point_2m": ("dew", 1, 0),
             "dewpoint_2m": ("dew", 1, 0), "cloud_cover": ("sky", 0.01, 0),
             "wind_speed_10m": ("wind", 1 / 3.6, 0), "precipitation": ("water", 1, 1),
             "snowfall": ("snow", 1, 1), "precipitation_probability": ("chance", 0.01, 1),
             "is_day": ("day", 1, 0), "relative_humidity_2m": ("humidity", 0.01, 0)}
    for i, text in enumerate(hourly["time"]):
        at = datetime.fromisoformat(text).replace(tzinfo=timezone.utc) - offset
        for name, (ours, scale, back) in names.items():
            value = hourly.get(name, [None] * len(hourly["time"]))[i]
            if value is not None:
                table.setdefault(floor(at - back * HOUR), {})[ours] = value * scale
        code = hourly.get("weather_code", [None] * len(hourly["time"]))[i]
        if code is not None:
            table.setdefault(floor(at), {})["kinds"] = meteo_kinds(code)
    for row in table.values():
        if "dew" not in row and "humidity" in row and "air" in row:
            gamma = math.log(row["humidity"]) + 17.625 * row["air"] / (243.04 + row["air"])
            row["dew"] = 243.04 * gamma / (17.625 - gamma)
    return table


def is_night(at, latitude, longitude):
    """NOAA's general solar position calculations (Spencer 1971): other series than imgroad's."""
    day = at.timetuple().tm_yday
    g = 2 * math.pi / 365 * (day - 1 + (at.hour - 12) / 24)
    equation = 229.18 * (0.000075 + 0.001868 * math.cos(g) - 0.032077 * math.sin(g)
                         - 0.014615 * math.cos(2 * g) - 0.040849 * math.sin(2 * g))
    tilt = (0.006918 - 0.399912 * math.cos(g) + 0.070257 * math.sin(g)
            - 0.006758 * math.cos(2 * g) + 0.000907 * math.sin(2 * g)
            - 0.002697 * math.cos(3 * g) + 0.00148 * math.sin(3 * g))
    angle = math.radians((at.hour * 60 + at.minute + equation + 4 * longitude) / 4 - 180)
    height = math.radians(latitude)
    sine = math.sin(height) * math.sin(tilt) + math.cos(height) * math.cos(tilt) * math.cos(angle)
    return math.degrees(math.asin(sine)) < -0.833


class Oracle:
    def __init__(self, table, now, place):
        self.table, self.now, self.place = table, now, place

    def row(self, at):
        return self.table.get(floor(at), {})

    def falls(self, at, kinds):
        row = self.row(at)
        return bool(row.get("kinds", set()) & kinds) and row.get("chance", 1) > 0.2999

    def snows(self, at):
        return self.row(at).get("snow", 0) > 0.0999 or self.falls(at, {"snow", "snow_showers"})

    def freezes(self, at):
        sleet = {"sleet"} if self.row(at).get("air", 0) > 1 else set()
        return self.row(at).get("ice", 0) > 1e-9 or self.falls(at, FREEZING - sleet)

    def wets(self, at):
        return (self.row(at).get("water", 0) > 0.0999 or self.falls(at, FALLING)
                or self.snows(at) or self.freezes(at))

    def melts(self, at):
        return (self.row(at).get("air", -99) > 0
                and any(self.snows(at - i * HOUR) for i in range(25)))

    def night(self, at):
        if "day" in self.row(at):
            return not self.row(at)["day"]
        return is_night(at, *self.place)

    def icy(self, at):
        row = self.row(at)
        air = row.get("air")
        if air is None:
            return self.freezes(at)
        past = [at - i * HOUR for i in range(1, 13)]
        wet = (any(self.wets(t) for t in [at] + past[:6]) or any(self.melts(t) for t in past[:6]))
        clear = self.night(at) and row.get("sky", 1) < 0.5
        crossed = any(self.row(t).get("air", -99) > 0 for t in past)
        return ((self.freezes(at) and air <= 1) or (wet and air <= 1)
                or (air <= 0 and crossed and any(self.melts(t) for t in past))
                or (clear and air <= 2 and "dew" in row and air - row["dew"] <= 1.5
                    and row["dew"] <= 0.5 and row.get("wind", 99) < 3))

    def kind(self, at):
        if not self.snows(at):
            return None
        rate = self.row(at).get("snow", 0) + 1e-9
        return "heavy snow" if rate >= 2.5 else "moderate snow" if rate >= 1 else "light snow"

    def alerts(self):
        first = floor(self.now)
        ahead = []
        while first + len(ahead) * HOUR < self.now + 27 * HOUR:
            ahead.append(first + len(ahead) * HOUR)
        found = []

        def stretch(name, holds, taken):
            """Marks what it finds in `taken`."""
            hits = [i for i, at in enumerate(ahead) if holds(at) and i not in taken]
            groups = []
            for i in hits:
                gap = range(groups[-1][1] + 1, i) if groups else ()
                if groups and len(gap) <= 2 and not any(j in taken for j in gap):
                    groups[-1][1] = i
                else:
                    groups.append([i, i])
            for begin, last in groups:
                taken.update(range(begin, last + 1))
                if ahead[begin] >= self.now + 24 * HOUR:
                    continue
                end = ahead[last] + HOUR
                after = self.row(end)
                known = "air" in after if name == "ice" else ("snow" in after or "kinds" in after)
                if end > self.now + 24 * HOUR or not known:
                    end = None
                likely = name != "ice" and any(
                    self.row(at).get("chance", 1) > 0.5499 for at in ahead[begin:last + 1]
                    if self.snows(at) or self.freezes(at))
                found.append((ahead[begin], end, name, likely))
        danger, snowy = set(), set()
        stretch("freezing rain", self.freezes, danger)
        for name in ("heavy snow", "moderate snow", "light snow"):
            stretch(name, lambda at, name=name: self.kind(at) == name, snowy)
            if name != "light snow":
                danger |= snowy
        stretch("ice", self.icy, danger)
        return sorted(found, key=lambda one: one[0])

    def total(self, hours):
        end, total, at = self.now + hours * HOUR, 0, floor(self.now)
        while at < end:
            row = self.row(at)
            if "snow" not in row and ("kinds" not in row or self.snows(at)):
                return None
            part = (min(end, at + HOUR) - max(self.now, at)) / HOUR
            total += row.get("snow", 0) * part
            at += HOUR
        return total


def words(alert, now, zone):
    start, end, name, likely = alert
    local = start.astimezone(zone)
    day = "tomorrow " if local.date() != now.astimezone(zone).date() else ""
    text = name[0].upper() + name[1:] + (" " if likely else " possible ")
    if end is None:
        return f"{text}from {day}{local:%H:%M}"
    last = end.astimezone(zone)
    next_day = "tomorrow " if last.date() > local.date() and f"{last:%H%M}" >= f"{local:%H%M}" else ""
    return f"{text}{day}{local:%H:%M}–{next_day}{last:%H:%M}"


def main():
    path, now_text, zone_name, place = sys.argv[1:]
    said = json.load(sys.stdin)
    with open(path, encoding="utf-8") as file:
        answer = json.load(file)
    now = datetime.fromisoformat(now_text)
    table = meteo_hours(answer) if "hourly" in answer else grid_hours(answer)
    oracle = Oracle(table, now, [float(part) for part in place.split(",")])
    zone = ZoneInfo(zone_name)
    bad = 0

    def same(what, ours, theirs):
        nonlocal bad
        close = (ours == theirs or isinstance(ours, float) and isinstance(theirs, (int, float))
                 and abs(ours - theirs) < 0.0051)
        if not close:
            print(f"{path}: {what}: imgroad says {theirs!r}, the oracle {ours!r}")
            bad = 1
    if not oracle.row(now):
        same("hours that do not cover now", "Forecast unavailable", said["no_snow"])
        sys.exit(bad)
    same("alerts", sorted(words(alert, now, zone) for alert in oracle.alerts()),
         sorted(said["alerts"]))
    for hours in (1, 3, 6, 12, 24):
        same(f"snow in {hours} h", oracle.total(hours), said["snow"]["totals"][f"{hours}h"])
    for row in said["chart"]:
        expected = oracle.row(datetime.fromisoformat(row["time"].replace("Z", "+00:00")))
        for name, key in (("temperature", "air"), ("snowfall", "snow"), ("probability", "chance"),
                          ("precipitation", "water")):
            same(f"{name} at {row['time']}", expected.get(key), row[name])
    sys.exit(bad)


if __name__ == "__main__":
    main()
