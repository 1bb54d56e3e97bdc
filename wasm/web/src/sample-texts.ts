// The repository's examples at build time, in one file that is loaded with the first of them.
export const TEXTS = import.meta.glob<string>("../../../examples/**/*.{tf,tfvars}", { query: "?raw", import: "default", eager: true });
