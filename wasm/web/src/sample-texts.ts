// The repository's own examples, as they are when the page is built: in one file, which is asked for with the first of them.
export const TEXTS = import.meta.glob<string>("../../../examples/**/*.{tf,tfvars}", { query: "?raw", import: "default", eager: true });
