#!/bin/sh
# A pipe between tools: frames of a source, stamped, as one animation. No file in between.
# usage: pipeline.sh SOURCE OUT.gif
set -eu

imgsnap "$1" --every 1s --count 5 | imgstamp --text '%H:%M:%S' --at top-right | imggif -o "$2"
