//! Words in messages: suggestions for misspelled words, and lists.

/// The first of the words in `known` that are most similar to `word`, if any is similar enough.
pub fn closest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    nearest(word, known).first().copied()
}

/// All words in `known` that are most similar to `word`, if they are similar enough.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Vec<&'k str> {
    let length = word.chars().count();
    let limit = (length / 3).max(1);
    let near = known
        .into_iter()
        // Each superfluous letter is a difference, so a very long text is not compared with short words.
        .filter(|candidate| candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|&(distance, _)| distance <= limit);
    let mut nearest = (usize::MAX, Vec::new());
    for (distance, candidate) in near {
        if distance < nearest.0 {
            nearest = (distance, Vec::new());
        }
        if distance == nearest.0 {
            nearest.1.push(candidate);
        }
    }
    nearest.1
}

/// The words as a list in a sentence: `a`; `a and b`; `a, b, and c`.
pub fn listed(words: &[String]) -> String {
    match words {
        [a, b] => format!("{a} and {b}"),
        [before @ .., last] if !before.is_empty() => format!("{}, and {last}", before.join(", ")),
        _ => words.concat(),
    }
}
