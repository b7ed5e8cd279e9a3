#!/bin/sh
# One step of indexing an archive on several machines:
#
#   share.sh survey N    surveys the share of line N
#   share.sh merge       merges the surveys, when all are done
#   share.sh index N     indexes and sends the share of line N, when they are merged
#
# All folders are absolute paths.
#
# BASE   the folder of the archive
# JOBS   a folder that all machines see. Each line of its file shares.txt names the files and
#        folders of a share, as paths below BASE without blanks. Surveys are written beside it.
# INDEX  the address of the index, such as https://search.example:9200/news
# LOCAL  a folder of this machine for the index of the share
#
# Each step can be repeated, and a scheduler may do so with a job that failed.
set -euf

cd "$BASE"
paths=
if [ "$1" != merge ]; then
    paths=$(sed -n "$2p" "$JOBS/shares.txt")
    # Without paths, a share would be the whole archive.
    [ -n "$paths" ] || { echo "shares.txt has no line $2, or it is empty" >&2; exit 2; }
fi

case $1 in
survey)
    # shellcheck disable=SC2086 # A line has several paths.
    wensou survey $paths --base . -o "$JOBS/$2.stats"
    ;;
merge)
    # One survey for each line: a job that has not run is not forgotten.
    count=$(grep -c '' "$JOBS/shares.txt")
    seq 1 "$count" | sed "s|.*|$JOBS/&.stats|" |
        xargs -x -n "$count" wensou survey -o "$JOBS/all.stats" --merge
    ;;
index)
    # shellcheck disable=SC2086
    wensou index $paths --base . --stats "$JOBS/all.stats" --index "$INDEX" --local "$LOCAL/share-$2"
    ;;
*)
    echo "usage: share.sh survey N | merge | index N" >&2
    exit 2
    ;;
esac
