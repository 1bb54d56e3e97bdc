//! Is each value well formed?

rules! { "format": "is each value well formed?";
}
