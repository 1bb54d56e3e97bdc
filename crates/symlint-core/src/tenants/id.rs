//! The IDs of runs and tenants.

/// A root module with one set of values, by its place among all that are checked together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub(crate) u32);

impl RunId {
    /// The run at a place, from 0.
    pub fn at(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// Its place, from 0.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A tenant of a run, by its place in source order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId {
    pub run: RunId,
    place: u32,
}

impl TenantId {
    pub(crate) fn new(run: RunId, place: usize) -> Self {
        Self { run, place: u32::try_from(place).unwrap_or(u32::MAX) }
    }

    /// The place of the tenant in [`super::Model::tenants`] of its run, from 0.
    pub fn index(self) -> usize {
        self.place as usize
    }
}
