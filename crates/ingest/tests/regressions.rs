//! The checks of the fuzz targets, on their seeds and on inputs that once failed; see
//! docs/FUZZING.md.

// The checks are public, because the fuzz targets of another crate use them, too.
#![allow(unreachable_pub)]

#[path = "../../../fuzz/checks/byline.rs"]
mod byline;
#[path = "../../../fuzz/checks/container.rs"]
mod container;
#[path = "../../../fuzz/checks/decode.rs"]
mod decode;
#[path = "../../../fuzz/checks/dump.rs"]
mod dump;
#[path = "../../../fuzz/checks/html.rs"]
mod html;
#[path = "../../../fuzz/checks/jsonl.rs"]
mod jsonl;
#[path = "../../../fuzz/checks/laws_of_pages.rs"]
mod laws_of_pages;
#[path = "../../../fuzz/checks/markdown.rs"]
mod markdown;
#[path = "../../../fuzz/checks/message.rs"]
mod message;
#[path = "../../../fuzz/checks/page.rs"]
mod page;
#[path = "../../../fuzz/checks/replay.rs"]
mod replay;

#[test]
fn page_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("page", page::check);
}

#[test]
fn byline_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("byline", byline::check);
}

#[test]
fn html_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("html", html::check);
}

#[test]
fn jsonl_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("jsonl", jsonl::check);
}

#[test]
fn decode_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("decode", decode::check);
}

#[test]
fn container_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("container", container::check);
}

#[test]
fn dump_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("dump", dump::check);
}

#[test]
fn message_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("message", message::check);
}

#[test]
fn markdown_inputs_pass_the_checks_of_the_fuzz_target() {
    replay::all("markdown", markdown::check);
}
