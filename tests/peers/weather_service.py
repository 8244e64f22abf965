#!/usr/bin/python3
"""A weather service on 127.0.0.1 in the shape of api.weather.gov and api.open-meteo.com.

Its answers hold for the present time. Stdout is a log, one object of JSON a line: `ready` with the
port, then `request` with the path and the headers that matter. A file `faults.json` in --directory
says what is to go wrong, and may change meanwhile: {"gridpoint": "500"}. The faults of a product:

500 404 429      that status                 500-once   500, and then the answer
html             HTML with status 200        cut        half of the answer, well framed
slow             the answer after 5 s        silent     nothing
nulls            each value is null          units      temperatures in mm
"""
import argparse
import json
import os
import sys
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def log(event, **facts):
    sys.stdout.write(json.dumps({"event": event, **facts}) + "\n")
    sys.stdout.flush()


def hour(offset=0):
    now = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
    return (now + timedelta(hours=offset)).isoformat()


def layer(unit, value):
    return {"uom": unit, "values": [{"validTime": f"{hour(-1)}/P2D", "value": value}]}


def product_of(path):
    """(name, answer) of a path; (None, None) where there is nothing."""
    if path.startswith("/points/"):
        grid = "https://api.weather.gov/gridpoints/FGZ/74,89"
        return "points", {"properties": {
            "forecastGridData": grid, "forecastHourly": grid + "/forecast/hourly",
            "observationStations": grid + "/stations", "timeZone": "America/Phoenix",
            "relativeLocation": {"properties": {"city": "Flagstaff", "state": "AZ"}}}}
    if path == "/gridpoints/FGZ/74,89":
        return "gridpoint", {"properties": {
            "temperature": layer("wmoUnit:degC", -3), "dewpoint": layer("wmoUnit:degC", -4),
            "probabilityOfPrecipitation": layer("wmoUnit:percent", 80),
            "snowfallAmount": layer("wmoUnit:mm", 48 * 30),
            "windSpeed": layer("wmoUnit:km_h-1", 10)}}
    if path == "/gridpoints/FGZ/74,89/forecast/hourly":
        return "hourly", {"properties": {"periods": [
            {"startTime": hour(i), "endTime": hour(i + 1), "temperature": 27, "temperatureUnit": "F",
             "isDaytime": False, "windSpeed": "5 to 10 mph", "shortForecast": "Heavy Snow",
             "probabilityOfPrecipitation": {"unitCode": "wmoUnit:percent", "value": 80}}
            for i in range(30)]}}
    if path == "/gridpoints/FGZ/74,89/stations":
        return "stations", {"features": [
            {"properties": {"stationIdentifier": name}} for name in ("KONE", "KTWO", "KTRI", "KFOR")]}
    if path.startswith("/stations/"):
        station = path.split("/")[2]
        value = None if station == "KONE" else 0
        return "observation", {"properties": {
            "station": "https://api.weather.gov/stations/" + station,
            "timestamp": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "textDescription": "Snow",
            "temperature": {"unitCode": "wmoUnit:degC", "value": value},
            "windSpeed": {"unitCode": "wmoUnit:km_h-1", "value": 36}}}
    if path.startswith("/alerts/active?point="):
        return "alerts", {"features": [{"properties": {
            "event": "Winter Storm Warning", "status": "Actual", "messageType": "Alert",
            "severity": "Severe", "onset": hour(-2), "ends": hour(40)}}]}
    if path.startswith("/v1/forecast?"):
        times = [hour(i)[:16] for i in range(-24, 48)]
        return "forecast", {
            "utc_offset_seconds": 0,
            "hourly_units": {"temperature_2m": "°C", "snowfall": "cm", "precipitation": "mm"},
            "hourly": {"time": times, "temperature_2m": [-3.0] * 72, "snowfall": [1.5] * 72,
                       "precipitation": [1.0] * 72}}
    return None, None


def without_values(value):
    if isinstance(value, dict):
        return {name: None if name == "value" else without_values(below)
                for name, below in value.items()}
    return [without_values(below) for below in value] if isinstance(value, list) else value


class Service(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    directory = None
    failed = set()

    def log_message(self, *_):
        pass

    def do_GET(self):
        name, answer = product_of(self.path)
        log("request", product=name, path=self.path, agent=self.headers.get("User-Agent", ""),
            condition=self.headers.get("If-None-Match", ""))
        try:
            self.answer(name, answer)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def fault_of(self, name):
        try:
            with open(os.path.join(self.directory, "faults.json"), encoding="utf-8") as file:
                faults = json.load(file)
        except FileNotFoundError:
            return ""
        return faults.get(name, faults.get("all", ""))

    def answer(self, name, answer):
        if not self.headers.get("User-Agent", "").startswith("imgseq/"):
            return self.reply(403, b"<h1>who are you?</h1>", "text/html")
        fault = self.fault_of(name)
        mark = f'"{name}-1"'
        if name is None or fault in ("404", "429", "500"):
            return self.reply(int(fault or 404), b"<h1>no</h1>", "text/html")
        if fault == "500-once" and name not in self.failed:
            self.failed.add(name)
            return self.reply(500, b"<h1>not now</h1>", "text/html")
        if fault == "html":
            return self.reply(200, b"<!doctype html><title>Maintenance</title>", "text/html")
        if fault == "silent":
            time.sleep(30)
        if fault == "slow":
            time.sleep(5)
        if fault == "" and self.headers.get("If-None-Match") == mark:
            return self.reply(304, headers=[("ETag", mark)])
        if fault == "nulls":
            answer = without_values(answer)
        if fault == "units":
            answer["properties"]["temperature"]["uom"] = "wmoUnit:mm"
        body = json.dumps(answer).encode()
        if fault == "cut":
            body = body[:len(body) // 2]
        return self.reply(200, body, headers=[("ETag", mark), ("Cache-Control", "max-age=2")])

    def reply(self, status, body=b"", kind="application/geo+json", headers=()):
        self.send_response(status)
        if status != 304:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        for header, value in headers:
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--directory", required=True)
    Service.directory = parser.parse_args().directory
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    log("ready", port=server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main()
