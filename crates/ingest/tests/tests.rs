//! What is read of archives: pages of all layouts, dumps, containers, and input that is damaged or
//! hostile.

mod archive;
mod boilerplate;
mod containers;
mod damage;
mod dump_damage;
mod dump_values;
mod dump_wrappers;
mod dumps;
mod encodings;
mod excluded;
mod formats;
mod hostile;
mod html_article;
mod html_bylines;
mod html_hidden;
mod html_hostile;
mod html_news;
mod html_pages;
mod kept;
mod messages;
mod pages;
mod regressions;
mod robust;
mod text_pages;
mod truth;
