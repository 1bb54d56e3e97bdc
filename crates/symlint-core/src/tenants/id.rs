//! The IDs of runs and tenants.

/// A root module with one set of values, as an index among all runs that are checked together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub(crate) u32);

impl RunId {
    /// The run with this index, which counts from 0.
    pub fn at(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// Its index, which counts from 0.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A tenant of a run, as an index in source order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId {
    pub run: RunId,
    place: u32,
}

impl TenantId {
    pub(crate) fn new(run: RunId, place: usize) -> Self {
        Self { run, place: u32::try_from(place).unwrap_or(u32::MAX) }
    }

    /// The index of the tenant in [`super::Model::tenants`] of its run, which counts from 0.
    pub fn index(self) -> usize {
        self.place as usize
    }
}
