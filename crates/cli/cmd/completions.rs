//! `wensou completions`: what a shell has to read once to complete `wensou` lines.

use clap_complete::env::{EnvCompleter, Fish, Zsh};

use crate::args::{Completions, Shell};
use crate::exit::Outcome;
use crate::out::Terminal;

/// The variable that turns the program into its own completer.
pub(crate) const VARIABLE: &str = "WENSOU_COMPLETE";

/// Bash cuts words at colons, which fields have inside: the line is cut at blanks instead, and what
/// stands before the last colon is taken off the candidates again.
const BASH: &str = r#"_wensou() {
    local line="${COMP_LINE:0:COMP_POINT}" words cur before IFS=$' \t\n'
    read -r -a words <<< "$line"
    case "$line" in *[[:space:]]) words+=("") ;; esac
    cur="${words[${#words[@]}-1]}"
    IFS=$'\013'
    COMPREPLY=( $(WENSOU_COMPLETE=bash _CLAP_IFS="$IFS" _CLAP_COMPLETE_INDEX=$((${#words[@]} - 1)) \
        _CLAP_COMPLETE_COMP_TYPE="$COMP_TYPE" _CLAP_COMPLETE_SPACE=false \
        wensou -- "${words[@]}" 2> /dev/null) )
    if [[ "$cur" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then
        before="${cur%"${cur##*:}"}"
        COMPREPLY=( "${COMPREPLY[@]#"$before"}" )
    fi
    if [[ "${COMPREPLY-}" == *[:@=/] ]]; then
        compopt -o nospace 2> /dev/null
    fi
}
complete -o bashdefault -F _wensou wensou
"#;

pub(crate) fn run(args: &Completions, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let out = terminal.out();
    match args.shell {
        Shell::Bash => out.write_all(BASH.as_bytes())?,
        Shell::Zsh => Zsh.write_registration(VARIABLE, "wensou", "wensou", "wensou", out)?,
        Shell::Fish => Fish.write_registration(VARIABLE, "wensou", "wensou", "wensou", out)?,
    }
    Ok(Outcome::Done)
}
