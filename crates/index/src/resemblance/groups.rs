//! Joins pairs of near-duplicates into groups (union-find).

/// A partition of texts into groups: texts that are joined directly, or by way of others, are in
/// one group. Texts are identified by their indexes.
pub(crate) struct Groups {
    /// For each text an earlier one of its group; for the first text of a group, the text itself.
    parents: Vec<u32>,
}

impl Groups {
    /// A partition of `count` texts, each in a group of its own.
    pub(crate) fn new(count: usize) -> Self {
        Self { parents: (0..count as u32).collect() }
    }

    /// The first text of the group that `text` is in.
    fn first_of_group(&mut self, text: u32) -> u32 {
        let mut first = text;
        while self.parents[first as usize] != first {
            // Path halving, so that later look-ups are shorter.
            let parent = self.parents[first as usize];
            self.parents[first as usize] = self.parents[parent as usize];
            first = parent;
        }
        first
    }

    /// Whether two texts are in one group.
    pub(crate) fn are_joined(&mut self, a: u32, b: u32) -> bool {
        self.first_of_group(a) == self.first_of_group(b)
    }

    /// Makes one group of the groups of two texts.
    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.first_of_group(a), self.first_of_group(b));
        self.parents[a.max(b) as usize] = a.min(b);
    }

    /// All texts that are in groups of two or more, ascending, each with the first text of its
    /// group.
    pub(crate) fn into_members(mut self) -> Vec<(u32, u32)> {
        let texts = 0..self.parents.len() as u32;
        let all: Vec<(u32, u32)> = texts.map(|text| (text, self.first_of_group(text))).collect();
        let mut sizes = vec![0_u32; all.len()];
        all.iter().for_each(|(_, first)| sizes[*first as usize] += 1);
        all.into_iter().filter(|(_, first)| sizes[*first as usize] > 1).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_connected_components_whatever_the_order() {
        let pairs = [(5, 6), (1, 3), (3, 5), (7, 8)];
        // Join the pairs in their order, beginning with each of them in turn.
        for first in 0..pairs.len() {
            let mut groups = Groups::new(10);
            for index in 0..pairs.len() {
                let (a, b) = pairs[(first + index) % pairs.len()];
                groups.join(b, a);
            }
            assert!(groups.are_joined(1, 6) && !groups.are_joined(1, 7));
            let members = [(1, 1), (3, 1), (5, 1), (6, 1), (7, 7), (8, 7)];
            assert_eq!(groups.into_members(), members);
        }
    }
}
