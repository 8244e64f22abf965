#!/bin/sh
# One GIF of a folder of pictures, now. usage: gif_of_folder.sh FOLDER OUT.gif
set -eu

imggif "$1" --last 30 --delay 200ms --level low -o "$2"
