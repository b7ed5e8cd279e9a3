#!/bin/sh
# Indexes an archive on a Slurm cluster: three jobs, each of which waits for the one before.
# BASE, JOBS, INDEX and LOCAL as in share.sh, which lies beside this file.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
count=$(wc -l < "$JOBS/shares.txt")
submit() { sbatch --parsable --export=ALL --cpus-per-task=8 --mem=16G "$@"; }

survey=$(submit --array="1-$count" --wrap="'$here/share.sh' survey \$SLURM_ARRAY_TASK_ID")
merge=$(submit --dependency="afterok:$survey" --wrap="'$here/share.sh' merge")
# A task that fails is run again by `scontrol requeue`: it goes on where it was.
submit --array="1-$count" --dependency="afterok:$merge" --requeue \
    --wrap="'$here/share.sh' index \$SLURM_ARRAY_TASK_ID"
