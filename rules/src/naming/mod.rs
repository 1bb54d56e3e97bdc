//! Will Sym accept the names?

rules! { "naming": "will Sym accept the names?";
    slug_charset = "slug-charset",
    slug_too_long = "slug-too-long",
    slug_collision = "slug-collision",
}
