//! Sorted maps and sets. They are trees with two levels, whose code is much smaller than that of the standard library.
//! Each of about a hundred instantiations is compiled separately, so this saves 60 kB of WebAssembly.

#![allow(clippy::indexing_slicing, reason = "each place comes from a search in what it is a place of")]

mod set;

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::{slice, vec};

pub use set::SortedSet;

/// How many entries a part can have. An insertion moves at most this many.
const PART: usize = 128;

/// A map sorted by its keys.
#[derive(Debug, Clone)]
pub struct SortedMap<K, V> {
    /// No part is empty.
    parts: Vec<Vec<(K, V)>>,
}

/// The place of a key, or the place where it belongs.
#[derive(Debug, Clone, Copy)]
struct EntryPlace {
    part: usize,
    at: usize,
    is_found: bool,
}

/// The first of `length` sorted places for which `compare` does not return less, and whether it is equal.
fn search(length: usize, compare: &mut dyn FnMut(usize) -> Ordering) -> (usize, bool) {
    let (mut start, mut end) = (0, length);
    while start < end {
        let middle = start + (end - start) / 2;
        match compare(middle) {
            Ordering::Less => start = middle + 1,
            Ordering::Equal => return (middle, true),
            Ordering::Greater => end = middle,
        }
    }
    (start, false)
}

impl<K: Ord, V> SortedMap<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> EntryPlace
    where
        K: Borrow<Q>,
    {
        let (after, is_first) = search(self.parts.len(), &mut |part| self.parts[part][0].0.borrow().cmp(key));
        let part = if is_first { after } else { after.saturating_sub(1) };
        let entries = self.parts.get(part).map(Vec::as_slice).unwrap_or_default();
        let (at, is_found) = search(entries.len(), &mut |at| entries[at].0.borrow().cmp(key));
        EntryPlace { part, at, is_found }
    }

    /// The value at a place, where `entry` is inserted if the key is not there yet.
    fn put(&mut self, place: EntryPlace, entry: (K, V)) -> &mut V {
        let EntryPlace { mut part, mut at, .. } = place;
        if self.parts.is_empty() {
            self.parts.push(Vec::new());
        }
        if self.parts[part].len() == PART {
            // Entries that are added in order fill their parts.
            let cut = if at == PART { PART } else { PART / 2 };
            let rest = self.parts[part].split_off(cut);
            self.parts.insert(part + 1, rest);
            if at >= cut {
                part += 1;
                at -= cut;
            }
        }
        let entries = &mut self.parts[part];
        entries.insert(at, entry);
        &mut entries[at].1
    }

    /// Inserts a value and returns the previous value of the key.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let place = self.find(&key);
        if place.is_found {
            return Some(std::mem::replace(&mut self.parts[place.part][place.at].1, value));
        }
        self.put(place, (key, value));
        None
    }

    /// The place of the key, at which a value can be inserted.
    pub fn entry(&mut self, key: K) -> SortedEntry<'_, K, V> {
        let place = self.find(&key);
        SortedEntry { map: self, key, place }
    }

    /// Removes a key and returns its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let EntryPlace { part, at, is_found } = self.find(key);
        if !is_found {
            return None;
        }
        let (_, value) = self.parts[part].remove(at);
        if self.parts[part].is_empty() {
            self.parts.remove(part);
        }
        Some(value)
    }

    /// The value of the key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let EntryPlace { part, at, is_found } = self.find(key);
        is_found.then(|| &self.parts[part][at].1)
    }

    /// The value of the key, for changes.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let EntryPlace { part, at, is_found } = self.find(key);
        is_found.then(|| &mut self.parts[part][at].1)
    }

    /// The last entry whose key is not greater than this one.
    pub fn last_up_to<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let EntryPlace { part, at, is_found } = self.find(key);
        let (key, value) = self.parts.get(part)?.get(if is_found { at } else { at.checked_sub(1)? })?;
        Some((key, value))
    }

    /// The entries whose keys are not less than this one.
    pub fn starting_at<Q: Ord + ?Sized>(&self, key: &Q) -> Iter<'_, K, V>
    where
        K: Borrow<Q>,
    {
        let EntryPlace { part, at, .. } = self.find(key);
        let mut parts = self.parts.get(part..).unwrap_or_default().iter();
        Iter { entries: parts.next().map_or([].iter(), |entries| entries[at..].iter()), parts }
    }

    /// Whether the key has a value.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_found
    }
}

/// The place of a key in a map.
#[derive(Debug)]
pub struct SortedEntry<'m, K, V> {
    map: &'m mut SortedMap<K, V>,
    key: K,
    place: EntryPlace,
}

impl<'m, K: Ord, V> SortedEntry<'m, K, V> {
    /// The value of the key. If there is none, the result of `value` is inserted.
    pub fn or_insert_with(self, value: impl FnOnce() -> V) -> &'m mut V {
        let Self { map, key, place } = self;
        match place.is_found {
            true => &mut map.parts[place.part][place.at].1,
            false => map.put(place, (key, value())),
        }
    }

    /// The value of the key. If there is none, `value` is inserted.
    pub fn or_insert(self, value: V) -> &'m mut V {
        self.or_insert_with(|| value)
    }

    /// The value of the key. If there is none, the default is inserted.
    pub fn or_default(self) -> &'m mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl<K, V> SortedMap<K, V> {
    pub const fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    /// Whether the map is empty.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub fn clear(&mut self) {
        self.parts.clear();
    }

    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter { parts: self.parts.iter(), entries: [].iter() }
    }

    pub fn keys(&self) -> impl Iterator<Item = &K> + Clone {
        self.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl Iterator<Item = &V> + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// The values in the order of their keys, for changes.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.parts.iter_mut().flatten().map(|(_, value)| value)
    }

    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    /// Keeps only the entries for which `is_wanted` returns true.
    pub fn retain(&mut self, mut is_wanted: impl FnMut(&K, &mut V) -> bool) {
        self.parts.retain_mut(|entries| {
            entries.retain_mut(|(key, value)| is_wanted(key, value));
            !entries.is_empty()
        });
    }
}

impl<K, V> Default for SortedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Ord, V> Extend<(K, V)> for SortedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for SortedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for SortedMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for SortedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl<K: Eq, V: Eq> Eq for SortedMap<K, V> {}

/// The entries of a map.
#[derive(Debug)]
pub struct Iter<'m, K, V> {
    parts: slice::Iter<'m, Vec<(K, V)>>,
    entries: slice::Iter<'m, (K, V)>,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { parts: self.parts.clone(), entries: self.entries.clone() }
    }
}

impl<'m, K, V> Iterator for Iter<'m, K, V> {
    type Item = (&'m K, &'m V);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((key, value)) = self.entries.next() {
                return Some((key, value));
            }
            self.entries = self.parts.next()?.iter();
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let length = self.entries.len() + self.parts.clone().map(Vec::len).sum::<usize>();
        (length, Some(length))
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}

impl<'m, K, V> IntoIterator for &'m SortedMap<K, V> {
    type Item = (&'m K, &'m V);
    type IntoIter = Iter<'m, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, V> IntoIterator for SortedMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::iter::Flatten<vec::IntoIter<Vec<(K, V)>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.parts.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Numbers in an order that looks random.
    fn mixed(count: u64) -> impl Iterator<Item = u64> {
        (0..count).map(|number| number.wrapping_mul(6_364_136_223_846_793_005) >> 44)
    }

    #[test]
    fn is_like_that_of_the_standard_library() {
        let mut map = SortedMap::new();
        let mut other = BTreeMap::new();
        for (at, key) in mixed(2000).chain(0..1000).chain(mixed(3000)).enumerate() {
            if at % 7 == 3 {
                assert_eq!(map.remove(&key), other.remove(&key), "{key}");
            } else {
                assert_eq!(map.insert(key, at), other.insert(key, at), "{key}");
            }
            *map.entry(key / 2).or_default() += 1;
            *other.entry(key / 2).or_default() += 1;
        }
        assert!(map.iter().eq(&other) && map.len() == other.len() && map.parts.len() > 20);
        map.retain(|key, _| key % 3 == 0);
        other.retain(|key, _| key % 3 == 0);
        assert!(map.clone().into_iter().eq(other.clone()) && map.iter().len() == other.len());
        assert!((0..5000).all(|key| map.get(&key) == other.get(&key)));
        assert!((0..5000).all(|key| map.starting_at(&key).eq(other.range(key..))));
        assert!((0..5000).all(|key| map.last_up_to(&key) == other.range(..=key).next_back()));
        let keys: Vec<u64> = map.keys().copied().collect();
        keys.iter().for_each(|key| assert_eq!(map.remove(key), other.remove(key)));
        assert!(map.is_empty());
    }
}
