//! `wensou completions`: the scripts that make a shell complete `wensou` lines.

use crate::args::Completions;
use crate::exit::Outcome;
use crate::out::Terminal;
use crate::types::Shell;

/// The script for bash.
///
/// bash splits words at colons, as in `tag:BTC`, and passes only the end of a quoted word. So the
/// script passes the whole line up to the cursor, which the program splits by itself, and `$2`, the
/// text that bash will replace. The program prints replacements for `$2`. bash has the option
/// `nosort`, which keeps their order, since version 4.4.
const BASH: &str = r#"_wensou() {
    local candidate
    COMPREPLY=()
    while IFS= read -r candidate; do
        COMPREPLY+=("$candidate")
    done < <(WENSOU_COMPLETE=bash wensou -- "${COMP_LINE:0:COMP_POINT}" "$2" 2> /dev/null)
    if [[ "${COMPREPLY-}" == *[:@=/] ]]; then
        compopt -o nospace 2> /dev/null
    fi
}
if (( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404 )); then
    complete -o bashdefault -o nosort -F _wensou wensou
else
    complete -o bashdefault -F _wensou wensou
fi
"#;

/// The script for zsh.
///
/// `compadd -U` turns off zsh's own matching, which compares literally: the program has already
/// matched the candidates in either script. After a candidate in `opens`, such as `tag:`, typing
/// goes on, so zsh appends no space to it.
const ZSH: &str = r#"#compdef wensou
_wensou() {
    local line tab=$'\t'
    local -a ends opens ends_shown opens_shown
    while IFS= read -r line; do
        local value="${line%%$tab*}" shown="${line/$tab/  -- }"
        if [[ "$value" == *[:@=/] ]]; then
            opens+=("$value") opens_shown+=("$shown")
        else
            ends+=("$value") ends_shown+=("$shown")
        fi
    done < <(WENSOU_COMPLETE=zsh wensou -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2> /dev/null)
    (( $#ends + $#opens )) || return 1
    local -a listed
    [[ "${ends_shown[*]} ${opens_shown[*]}" == *'  -- '* ]] && listed=(-l)
    (( $#ends )) && compadd -U -V wensou $listed -d ends_shown -a ends
    (( $#opens )) && compadd -U -V wensou $listed -S '' -d opens_shown -a opens
    return 0
}
if [[ "${funcstack[1]-}" == _wensou ]]; then
    _wensou "$@"
else
    compdef _wensou wensou
fi
"#;

/// The script for fish. It passes the words before the cursor, and the word at the cursor.
const FISH: &str = r#"complete --keep-order --exclusive --command wensou --arguments "(WENSOU_COMPLETE=fish wensou -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor) 2> /dev/null)"
"#;

pub(crate) fn run(args: &Completions, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let script = match args.shell {
        Shell::Bash => BASH,
        Shell::Zsh => ZSH,
        Shell::Fish => FISH,
    };
    terminal.out().write_all(script.as_bytes())?;
    Ok(Outcome::Done)
}
