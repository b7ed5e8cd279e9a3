"""Compares what wensou reads of news pages with trafilatura and GeneralNewsExtractor.

Usage: compare_html.py FOLDER, where FOLDER has pages.tar.xz and truth.jsonl: one object a page with
path, title, date, source, author, the sentences of the article, and all accepted sentences.
"""

import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

import trafilatura
from gne import GeneralNewsExtractor

FIELDS = ["title", "date", "source", "author"]


def without_blanks(text):
    return re.sub(r"\s+", "", text or "")


def sentences(text):
    return [s for s in re.split(r"(?<=[。！？!?\n])", text or "") if s.strip()]


def decoded(data):
    """The text of a page, in the first encoding that fits."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            pass
    return data.decode("utf-8", "replace")


def by_wensou(folder):
    command = "cargo run --quiet -p wensou-ingest --example html_fields --".split() + [str(folder)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return {pathlib.Path(page["path"]).name: page for page in map(json.loads, lines)}


def by_trafilatura(html):
    page = trafilatura.bare_extraction(html, with_metadata=True, include_comments=False)
    if page is None:
        return {}
    page = page if isinstance(page, dict) else page.as_dict()
    # Its `source` is the address of the page.
    return {"title": page.get("title"), "date": page.get("date"), "author": page.get("author"),
            "text": page.get("text")}


def by_gne(html):
    page = GeneralNewsExtractor().extract(html)
    return {"title": page.get("title"), "date": page.get("publish_time"),
            "author": page.get("author"), "text": page.get("content")}


def guarded(extract, html):
    """Counts a page on which an extractor fails as empty."""
    try:
        return extract(html)
    except Exception as error:  # Any error of any extractor.
        print(f"{extract.__name__}: {error}", file=sys.stderr)
        return {}


def day(date):
    found = re.match(r"(\d{4})\D(\d{1,2})\D(\d{1,2})", date or "")
    return tuple(map(int, found.groups())) if found else None


def score(truths, pages):
    """Counts of right and false values, recall and precision."""
    right, false, stated = ({field: 0 for field in FIELDS} for _ in range(3))
    found = wanted = kept = accepted = 0
    for truth in truths:
        page = pages.get(truth["path"], {})
        for field in FIELDS:
            normal = day if field == "date" else without_blanks
            same = normal(page.get(field)) == normal(truth[field])
            stated[field] += bool(truth[field])
            right[field] += bool(truth[field]) and same
            false[field] += bool(page.get(field)) and not same
        text = without_blanks(page.get("text"))
        wanted += len(truth["article"])
        found += sum(without_blanks(sentence) in text for sentence in truth["article"])
        allowed = "".join(map(without_blanks, truth["accepted"]))
        for sentence in map(without_blanks, sentences(page.get("text"))):
            kept += len(sentence)
            accepted += len(sentence) * (sentence in allowed)
    columns = [f"{right[field]}/{stated[field]} ({false[field]} false)" for field in FIELDS]
    return columns + [f"{found / max(wanted, 1):.3f}", f"{accepted / max(kept, 1):.3f}"]


def main():
    corpus = pathlib.Path(sys.argv[1])
    truth_lines = (corpus / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    truths = [json.loads(line) for line in truth_lines]
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(corpus / "pages.tar.xz") as archive:
            archive.extractall(folder, filter="data")
        paths = [truth["path"] for truth in truths]
        texts = {path: decoded(next(pathlib.Path(folder).rglob(path)).read_bytes())
                 for path in paths}
        found = {"wensou": by_wensou(folder)}
    for extract in (by_trafilatura, by_gne):
        name = extract.__name__.removeprefix("by_")
        found[name] = {path: guarded(extract, html) for path, html in texts.items()}
    print("| | " + " | ".join(FIELDS) + " | recall | precision |")
    print("|---" * (len(FIELDS) + 3) + "|")
    for name, pages in found.items():
        print(f"| {name} | " + " | ".join(score(truths, pages)) + " |")


main()
