#!/bin/sh
# Indexes an archive on a Slurm cluster: three jobs, each of which waits for the one before.
# BASE, JOBS, INDEX and LOCAL as in share.sh, which lies beside this file.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
count=$(grep -c '' "$JOBS/shares.txt")
submit() { sbatch --parsable --export=ALL --cpus-per-task=8 --mem=16G "$@"; }

survey=$(submit --array="1-$count" --wrap="'$here/share.sh' survey \$SLURM_ARRAY_TASK_ID")
merge=$(submit --dependency="afterok:$survey" --wrap="'$here/share.sh' merge")
# If a task fails, run it again with `scontrol requeue`. What it has sent is kept; on another node
# it builds the index of its share anew.
submit --array="1-$count" --dependency="afterok:$merge" --requeue \
    --wrap="'$here/share.sh' index \$SLURM_ARRAY_TASK_ID"
