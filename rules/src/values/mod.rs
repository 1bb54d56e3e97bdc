//! Is the file what its author thinks it is?

rules! { "values": "is the file what its author thinks it is?";
}
