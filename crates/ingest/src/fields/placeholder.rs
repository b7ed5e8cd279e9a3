//! Values that stand where a program had none: `undefined`, `nan`, or a template that was not
//! filled in, such as `{{author}}`.

/// Words that programs write for a missing value, in lower case.
const WORDS: [&str; 12] = [
    "null",
    "none",
    "nil",
    "nan",
    "undefined",
    "n/a",
    "(null)",
    "(none)",
    "<null>",
    "[object object]",
    "[object undefined]",
    "nonetype",
];

/// What templates enclose their variables in.
const TEMPLATES: [(&str, &str); 6] =
    [("{{", "}}"), ("${", "}"), ("#{", "}"), ("{%", "%}"), ("<%", "%>"), ("@{", "}")];

/// Whether a value is a placeholder, and states nothing.
pub(crate) fn is_placeholder(value: &str) -> bool {
    let value = value.trim();
    // Longer values are texts, which may be about templates.
    if value.len() > 200 {
        return false;
    }
    let is_template = |(open, close): &(&str, &str)| {
        value.strip_prefix(open).is_some_and(|inner| inner.ends_with(close))
    };
    WORDS.iter().any(|word| value.eq_ignore_ascii_case(word)) || TEMPLATES.iter().any(is_template)
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn missing_values_and_templates_are_placeholders_and_names_are_not() {
        for value in [
            "undefined",
            "NULL",
            "None",
            "NaN",
            "N/A",
            "${author}",
            "{{source}}",
            "{{ article.author }}",
            "{% block author %}",
            "<%= author %>",
            "#{author}",
            "[object Object]",
        ] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in ["", "Nan Li", "王小明", "{36氪}", "Noneh", "模板{{x}}的用法"] {
            assert!(!is_placeholder(value), "{value}");
        }
    }
}
