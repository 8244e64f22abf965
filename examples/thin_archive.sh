#!/bin/sh
# Thins an archive: all frames of two days, then one an hour for a week, then one a day for a year. More
# than half may go. The sum is printed: {"frames":...,"kept":...,"removed":...}
# usage: thin_archive.sh ARCHIVE [--dry-run]
set -eu

said=$(imgprune "$@" --keep-within 2d --keep-hourly 168 --keep-daily 365 --max-delete 100% --json)
printf '%s\n' "$said" | tail -n 1
