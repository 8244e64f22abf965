#!/bin/bash
# One frame of a camera, with what its road is like, stamped, into its archive: what cron calls each
# minute. A frame that imgroad cannot look at is kept all the same.
# usage: cron_capture.sh CAMERA ARCHIVE     (the camera's section is in img.conf(5))
#
# Ends with imgsnap's status: 75 means that the camera did not answer, and is no reason for a mail.
set -u -o pipefail
camera=$1
archive=$2

imgsnap --camera "$camera" |
    imgroad --camera "$camera" --on-error pass |
    imgstamp --camera "$camera" \
        -o "$archive/$camera/%Y/%m/%d/%Y%m%dT%H%M%S.%LZ.jpg" -o "$archive/$camera/latest.jpg"
