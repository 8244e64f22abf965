#!/bin/sh
# One GIF of a folder of pictures, now: 30 of them, evenly, in a size that can be sent.
# usage: gif_of_folder.sh FOLDER OUT.gif
set -eu

imggif "$1" --frames 30 --delay 200ms --max-bytes 5MB -o "$2"
