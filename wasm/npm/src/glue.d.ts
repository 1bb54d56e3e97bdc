/** What wasm-bindgen makes of wasm/src/lib.rs. */
export interface Glue {
  check(request: string, format: string): string;
  fix(request: string): string;
  explain(rule: string): string;
  rules(): string;
}

export function instantiate(module: WebAssembly.Module): Glue;
