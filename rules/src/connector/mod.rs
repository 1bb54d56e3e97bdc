//! Does the role name say whose it is?

rules! { "connector": "does the role name say whose it is?";
}
