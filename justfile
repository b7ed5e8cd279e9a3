# Recipes for people who work on wensou. `just` lists them.

set shell := ["bash", "-euo", "pipefail", "-c"]

_default:
    @just --list --unsorted

# What CI runs.
[group('check')]
ci:
    bash .ci/run

# Format, lints and documentation, as CI checks them.
[group('check')]
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps

# Prove that the dependencies between the crates run one way.
[group('check')]
deps:
    ! cargo tree -p wensou-text -e normal | grep -qE 'tantivy|wensou-(ingest|index|query)'
    ! cargo tree -p wensou-ingest -e normal | grep -qE 'tantivy|wensou-(index|query)'
    ! cargo tree -p wensou-index -e normal | grep -qE 'wensou-query'

# All tests with default features.
[group('test')]
test:
    cargo test --workspace

# Write the golden files anew; look at the difference before you commit it.
[group('test')]
golden:
    WENSOU_BLESS=1 cargo test --test tests

# Write anew what is made of `data/tables`, after changing them: until then the program computes it at every start.
[group('test')]
tables:
    WENSOU_BLESS=1 cargo test -p wensou-text --lib made

# Kill builds, cut the power, let the file system fail, flip bits, and hand over folders of strangers:
# hundreds of times each, for some hours in all. Every campaign prints a line of figures.
[group('test')]
torture KILLS="260" FAULTS="320" FLIPS="600" READER_SECONDS="600":
    #!/usr/bin/env bash
    set -euo pipefail
    export WENSOU_KILLS={{KILLS}} WENSOU_FAULTS={{FAULTS}} WENSOU_FLIPS={{FLIPS}}
    export WENSOU_FOREIGN=1000 WENSOU_HOSTILE=500 WENSOU_DAMAGES=2000 WENSOU_CUTS=500 WENSOU_REPAIRS=500
    export WENSOU_READ_ERRORS=300 WENSOU_READER_SECONDS={{READER_SECONDS}}
    # One after the other: the readers want all processors, and runs with a limit of time must not wait for others.
    cargo test --test tests -- crash:: check:: torture:: --nocapture --test-threads 1

# The licences of everything that the program is linked from.
[group('check')]
licences:
    python3 .ci/licences.py

# The fold table against OpenCC itself (needs libopencc-dev and pkg-config).
[group('test')]
test-opencc:
    cargo test -p wensou-text --features opencc

# What wensou costs, against floors measured in the same run: tables for docs/PERFORMANCE.md. `--pages 2000` is quick.
[group('bench')]
bench *ARGS:
    cargo build --release --workspace
    target/release/wensou-bench {{ARGS}}

# The functions that indexing and asking spend their time in.
[group('bench')]
bench-hot:
    cargo bench -p wensou-bench --bench hot

# Fuzz one target for some seconds (needs nightly and cargo-fuzz); docs/FUZZING.md lists the targets.
[group('test')]
fuzz TARGET SECONDS="60":
    #!/usr/bin/env bash
    set -euo pipefail
    cd fuzz
    # libFuzzer wants every folder that it is given to be there.
    mkdir -p corpus/{{TARGET}} regressions/{{TARGET}}
    dict=""
    [ ! -f dict/{{TARGET}}.dict ] || dict=-dict=dict/{{TARGET}}.dict
    # No sanitizer: the code forbids unsafe, and without one it runs several times as fast.
    cargo +nightly fuzz run -O -a --sanitizer none {{TARGET}} corpus/{{TARGET}} seeds/{{TARGET}} regressions/{{TARGET}} -- \
        $dict -max_len=4096 -timeout=5 -max_total_time={{SECONDS}} -print_final_stats=1

# Fuzz every target for some seconds each, one after the other; stops at the first that fails.
[group('test')]
fuzz-all SECONDS="60":
    for target in fuzz/fuzz_targets/*.rs; do just fuzz "$(basename "$target" .rs)" {{SECONDS}}; done

# That reading a query takes time linear in its length.
[group('bench')]
bench-parse:
    cargo bench -p wensou-query --bench nested

# Write the manual pages into target/man.
[group('dev')]
man:
    cargo run --release -- man --dir target/man

# Index the sample archive.
[group('index')]
index *ARGS:
    cargo run --release -- index data/archive {{ARGS}}

# Search, building the index of the sample archive first if there is none.
[group('index')]
search *ARGS:
    cargo run --release -- search {{ARGS}}

# Write crates/text/data/t2s.tsv anew from OpenCC's dictionaries (Debian: libopencc-dev, pkg-config, opencc).
[group('dev')]
gen-t2s:
    #!/usr/bin/env bash
    set -euo pipefail
    dumps=$(mktemp -d); trap 'rm -r "$dumps"' EXIT
    for name in TSPhrases STCharacters TWVariants HKVariants; do
        opencc_dict -i /usr/share/opencc/$name.ocd2 -o "$dumps/$name.txt" -f ocd2 -t text
    done
    cd "$dumps"
    cargo run --manifest-path "{{justfile_directory()}}/Cargo.toml" -p wensou-text --features opencc --example gen-t2s -- \
        TSPhrases.txt STCharacters.txt TWVariants.txt HKVariants.txt > t2s.tsv
    mv t2s.tsv "{{justfile_directory()}}/crates/text/data/t2s.tsv"

# Write crates/text/data/dict.bin anew from jieba-rs; needed whenever the fold changes (a test says so).
[group('dev')]
gen-dict:
    #!/usr/bin/env bash
    set -euo pipefail
    manifest=$(cargo metadata --format-version 1 | grep -oE '"[^"]*/jieba-rs-[^"/]*/Cargo.toml"' | sed -n 1p | tr -d '"')
    cargo run -p wensou-text --example gen-dict -- "$(dirname "$manifest")/src/data/dict.txt" crates/text/data/dict.bin
