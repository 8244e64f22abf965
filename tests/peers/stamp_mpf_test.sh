#!/bin/sh
# A file of two pictures with an index, as phones make them: stamped, with facts or without, the second
# picture is found where the index says, byte for byte; and undone, the file is as it was.
. "$(dirname "$0")/lib.sh"
need exiftool jpegtran
cd "$work" || exit 1
imgsnap 'test:road?size=640x480&noise=5' --camera north -o first.jpg
imgsnap 'test:road?size=320x240' -o second.jpg
jpegtran -copy all -progressive first.jpg >progressive.jpg
exiftool -q -all= -o bare.jpg first.jpg

# second_of WHAT FILE: the second picture is found; the first one's length is right, as exiftool sees it.
second_of() {
    exiftool -b -MPImage2 "$2" | cmp -s - second.jpg || fail "$1: the second picture is not found"
    says=$(exiftool -s3 -MPImage1:MPImageLength "$2")
    is=$(($(stat -c %s "$2") - $(stat -c %s second.jpg)))
    [ "$says" = "$is" ] || fail "$1: the first picture has $is bytes, the index says $says"
}
for order in II MM; do
    for name in first progressive bare; do
        what="$order, $name"
        /usr/bin/python3 "$peers/two_pictures.py" $order $name.jpg second.jpg two.jpg
        second_of "$what, as made" two.jpg
        check "$what" imgstamp two.jpg -o stamped.jpg
        second_of "$what, stamped" stamped.jpg
        check "$what" imgstamp --exif --lat 47 --lon 8 --camera 'north by north-east' two.jpg -o facts.jpg
        second_of "$what, with facts" facts.jpg

        for options in '' '--exif --lat 47 --lon 8 --camera south' '--style none --exif --lat 1 --lon 2'; do
            # shellcheck disable=SC2086
            check "$what" imgstamp --reversible $options two.jpg -o one.jpg
            second_of "$what, reversible $options" one.jpg
            check "$what" imgstamp --reversible --at top one.jpg -o other.jpg
            second_of "$what, twice" other.jpg
            check "$what" imgstamp --undo other.jpg -o back.jpg
            cmp one.jpg back.jpg || fail "$what, $options: the second stamp does not come off"
            cp -p other.jpg place.jpg
            check "$what" imgstamp -i --undo place.jpg
            check "$what" imgstamp -i --undo place.jpg
            cmp two.jpg place.jpg || fail "$what, $options: the first stamp does not come off"
        done
        # Nothing that tells more goes along with a rounded time.
        check "$what" imgstamp --privacy 5m two.jpg -o private.jpg
        [ -z "$(exiftool -MPImage2 -MPFVersion private.jpg)" ] || fail "$what: --privacy keeps the second picture"
    done
done
finish
