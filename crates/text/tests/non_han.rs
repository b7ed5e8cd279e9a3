//! How text with other characters than Han is cut into tokens: Latin letters, digits, other scripts
//! and symbols. Each row of the table has a text and its tokens in order, whole words in brackets.
//! The other tokens are parts of the words: `GPT-3.5` gives `gpt [gpt3.5] 3.5`.

use wensou_text::{Folded, Segmenter};

fn tokens(text: &str) -> String {
    let folded = Folded::new(text);
    let mut tokens = Vec::new();
    Segmenter::new().segment(&folded, |token| {
        tokens.push(if token.whole {
            format!("[{}]", token.text)
        } else {
            token.text.into_owned()
        });
    });
    tokens.join(" ")
}

#[test]
fn text_that_is_not_han_alone_is_cut_into_words_and_their_parts() {
    for (text, expected) in [
        ("hello", "[hello]"),
        ("ETF", "[etf]"),
        ("BRC-20", "brc [brc20] 20"),
        ("etf.com", "etf [etfcom] com"),
        ("PackyMcCormick", "packy packymc [packymccormick] mc mccormick cormick"),
        ("StabilityAI", "stability [stabilityai] ai"),
        ("OpenAI", "open [openai] ai"),
        ("ＯｐｅｎＡＩ", "open [openai] ai"),
        ("ChatGPT", "chat [chatgpt] gpt"),
        ("ChatGPTPlus", "chat chatgpt [chatgptplus] gpt gptplus plus"),
        ("GPTStore", "gpt [gptstore] store"),
        ("NFTs", "[nfts]"),
        ("iPhone", "i [iphone] phone"),
        ("GPT4All", "gpt gpt4 [gpt4all] 4 4all all"),
        ("gpt3", "gpt [gpt3] 3"),
        ("BTC2023", "btc [btc2023] 2023"),
        ("GPT-3.5", "gpt [gpt3.5] 3.5"),
        ("GPT3.5", "gpt [gpt3.5] 3.5"),
        ("GPT-4-turbo", "gpt gpt4 [gpt4turbo] 4 4turbo turbo"),
        ("3.5%", "3.5 [3.5%]"),
        ("100％", "100 [100%]"),
        ("3.5 %", "3.5 [3.5%]"),
        ("1,000\u{3000}％5", "1000 [1000%] [5]"),
        ("GDP5 %", "gdp gdp5 [gdp5%] 5 5%"),
        ("5 a%", "[5] [a]"),
        ("Hawaiʻi", "hawai [hawaii] i"),
        ("540,000,000", "[540000000]"),
        ("1,000.5", "[1000.5]"),
        ("１０，０００", "[10000]"),
        ("1,2,3", "[1] [2] [3]"),
        ("1,0000", "[1] [0000]"),
        ("2023-01-05", "2023 2023-01 [2023-01-05] 01 01-05 05"),
        ("1.2.3", "1 1.2 [1.2.3] 2 2.3 3"),
        ("AT&T", "at [att] t"),
        ("don't", "don [dont] t"),
        ("a-", "[a]"),
        ("-a", "[a]"),
        ("a--b", "[a] [b]"),
        ("…a.", "[a]"),
        ("%", ""),
        ("Café", "[cafe]"),
        ("S&P500", "s sp [sp500] p p500 500"),
        ("F-16V", "f f16 [f16v] 16 16v v"),
        ("python3.11.4", "python python3 python3.11 [python3.11.4] 3 3.11 11 11.4 4"),
        ("Straße", "[strasse]"),
        ("GDP5%", "gdp gdp5 [gdp5%] 5 5%"),
        ("2023.5", "2023 [2023.5]"),
        ("日3月", "[日] [3] [月]"),
        ("B站", "[b] [站]"),
        ("Привет Ωμέγα", "[привет] [ωμεγα]"),
        ("インターネットのサービス", "[インターネット] [の] [サービス]"),
        ("らーめん", "[らーめん]"),
        ("한국어", "[한국어]"),
        ("👍❤️", "[👍] [❤]"),
    ] {
        assert_eq!(tokens(text), expected, "{text}");
    }
}

#[test]
fn a_link_is_its_parts_and_a_hash_is_one_word() {
    let link =
        "https://www.example.com/news/2023/01/05/some-long-title-of-an-article-about-things.html";
    assert!(tokens(link).starts_with("[https] [www] [example] [com] [news]"), "{}", tokens(link));
    let hash = "0x3f5ce5fbfe3e9af3971dd833d26ba9b5c936f0be";
    assert_eq!(tokens(hash), format!("[{hash}]"));
}
