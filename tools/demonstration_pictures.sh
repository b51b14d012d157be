#!/bin/bash
# The pictures of the demonstration, from the drawings beside them: *.svg to *.jpg, with what each file says of itself.
# Needs Debian's libvips-tools and libimage-exiftool-perl. The output is committed, so that a build needs neither.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../src/posts/demonstration/pictures"

for drawing in *.svg; do
    picture=${drawing%.svg}.jpg
    vips copy "$drawing" "$picture[Q=86,optimize_coding,strip,background=255]"
    case "$drawing" in
    shape-*) # the portraits of the story: their files say what the posts did not
        says=(-XMP-dc:Creator="Hallmere Picture Library" -XMP-photoshop:Credit="Hallmere Picture Library"
            -XMP-dc:Rights="The library is made up. Drawn for candour, MIT licence.") ;;
    *) says=(-XMP-dc:Rights="Drawn for candour, MIT licence.") ;;
    esac
    exiftool -q -overwrite_original -all= "${says[@]}" "$picture"
    [ "$(stat -c %s "$picture")" -le 153600 ] || { echo "$picture is larger than 150 kB" >&2; exit 1; }
done
