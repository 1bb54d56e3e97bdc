/** What wasm-bindgen generates from wasm/src/lib.rs. */
export interface Glue {
  check(request: string, format: string): string;
  compare(change: string, format: string): string;
  fix(request: string): string;
  explain(rule: string): string;
  rules(): string;
}

/** Creates an instance of a `WebAssembly.Module`. `made` receives its exports. */
export function instantiate(module: object, made?: (exports: object) => void): Glue;
