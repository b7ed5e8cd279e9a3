#!/bin/sh
# One step of indexing an archive on several machines:
#
#   share.sh survey N    surveys the share of line N
#   share.sh merge       merges the surveys, when all are done
#   share.sh index N     indexes and sends the share of line N, when they are merged
#
# BASE   the folder of the archive
# JOBS   a folder that all machines see. Each line of its file shares.txt names the files and
#        folders of a share, as paths below BASE without blanks. Surveys are written beside it.
# INDEX  the address of the index, such as https://search.example:9200/news
# LOCAL  a folder of this machine for the index of the share
#
# Each step can be repeated, and a scheduler may do so with a job that failed.
set -eu

cd "$BASE"
paths() { sed -n "$1p" "$JOBS/shares.txt"; }

case $1 in
survey)
    # shellcheck disable=SC2046 # A line has several paths.
    wensou survey $(paths "$2") --base . -o "$JOBS/$2.stats"
    ;;
merge)
    # One survey for each line: a job that has not run is not forgotten.
    count=$(wc -l < "$JOBS/shares.txt")
    seq 1 "$count" | sed "s|.*|$JOBS/&.stats|" | xargs wensou survey -o "$JOBS/all.stats" --merge
    ;;
index)
    # shellcheck disable=SC2046
    wensou index $(paths "$2") --base . --stats "$JOBS/all.stats" --index "$INDEX" --local "$LOCAL/share-$2"
    ;;
*)
    echo "usage: share.sh survey N | merge | index N" >&2
    exit 2
    ;;
esac
