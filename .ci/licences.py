"""Fails if a package in the program has a licence that is not allowed.

Advisories are not checked, because their database needs a network.
"""

import json
import re
import subprocess
import sys

ALLOWED = {
    "MIT", "MIT-0", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause",
    "0BSD", "ISC", "Zlib", "Unlicense", "CC0-1.0", "Unicode-3.0", "BSL-1.0",
    # Weak copyleft for single files, whose sources are public and unchanged.
    "MPL-2.0",
}


def allowed(expression):
    """Whether an SPDX expression can be met: one side of each OR, all sides of each AND."""
    expression = expression.replace("/", " OR ").strip()
    while expression.startswith("(") and expression.endswith(")") and "(" not in expression[1:-1]:
        expression = expression[1:-1]
    parts, depth, start = [], 0, 0
    for found in re.finditer(r"[()]|\b(?:OR|AND)\b", expression):
        token = found.group()
        depth += {"(": 1, ")": -1}.get(token, 0)
        if depth == 0 and token in ("OR", "AND"):
            parts.append((expression[start : found.start()], token))
            start = found.end()
    if not parts:
        return expression.strip() in ALLOWED
    sides = [allowed(side) for side, _ in parts] + [allowed(expression[start:])]
    return any(sides) if parts[0][1] == "OR" else all(sides)


tree = subprocess.run(
    "cargo tree --workspace -e normal,build --prefix none --format {p}|{l}".split(),
    check=True, capture_output=True, text=True,
).stdout
lines = [line.removesuffix(" (*)") for line in tree.splitlines() if line]
packages = sorted({tuple(line.split("|")) for line in lines})
wrong = [(package, licence) for package, licence in packages if not allowed(licence)]
for package, licence in wrong:
    print(f"{package}: licence {licence or 'none'} is not allowed", file=sys.stderr)
print(f"{len(packages)} packages, {len(wrong)} with other licences")
sys.exit(bool(wrong))
