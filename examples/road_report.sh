#!/bin/sh
# What the road is like: five frames of a source, each with its road's condition in a bar, as one
# animation; and what is known of the last one, as a line of JSON.
# usage: road_report.sh SOURCE OUT.gif
set -eu
last=$(mktemp)
trap 'rm -f "$last"' EXIT

imgsnap "$1" --every 1s --count 5 | imgroad -o "$last" -o - | imgstamp --style bar | imggif -o "$2"
imgroad --json <"$last"
