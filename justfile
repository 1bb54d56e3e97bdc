# `just` lists the recipes.

[private]
default:
    @{{ just_executable() }} --list --unsorted

# Everything that a change must pass; formats first
ready: fmt lint deny doc test

# Format
fmt:
    cargo fmt --all

# Clippy
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# Licenses, sources and bans of the dependencies (deny.toml)
deny:
    cargo deny check licenses bans sources

# The documentation, with broken links as errors
doc:
    RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps

# The tests
test *ARGS:
    cargo test {{ ARGS }}

# Change rules, one place at a time, and list the changes that no test notices, e.g. `just mutants rules/src/tenant/*.rs`
mutants +FILES:
    cargo mutants --workspace --baseline skip --timeout 120 {{ prepend('-f ', FILES) }}

# Fuzz the reader and the evaluator: this many inputs for each target, the same each time (tests/fuzz/README.md)
fuzz RUNS="20000":
    #!/usr/bin/env bash
    set -euo pipefail
    export RUSTC_BOOTSTRAP=1 # cargo-fuzz's flags, on the pinned compiler
    for target in values configuration expression; do
        new=$(mktemp -d) # new inputs would change the next run
        cargo fuzz run --fuzz-dir tests/fuzz --sanitizer none "$target" "$new" "tests/fuzz/corpus/$target" -- \
            -seed=1 -runs={{ RUNS }} -timeout=20 -rss_limit_mb=1024
        rm -r "$new"
    done

# Continue fuzzing from earlier inputs, for this many seconds for each target
fuzz-on SECONDS="600":
    #!/usr/bin/env bash
    set -euo pipefail
    export RUSTC_BOOTSTRAP=1
    for target in values configuration expression; do
        mkdir -p "tests/fuzz/found/$target"
        cargo fuzz run --fuzz-dir tests/fuzz --sanitizer none "$target" \
            "tests/fuzz/found/$target" "tests/fuzz/corpus/$target" -- \
            -max_total_time={{ SECONDS }} -timeout=20 -rss_limit_mb=1024
    done

# The WebAssembly, the npm package and the page
build-web:
    cd wasm && npm ci --no-audit --no-fund && npm run build

# The page, served while you work on it (after `just build-web`)
dev-web:
    cd wasm && npm run dev

# The tests of the npm package and of the page, in chromium
test-web:
    cd wasm && npm test

# Write the generated files again: the rule index, the report's schema, the output in the README
bless:
    SYMLINT_BLESS=1 INSTA_UPDATE=always cargo test

# The page, the tests and the check of a new rule, e.g. `just new-rule tenant region-mismatch`
new-rule GROUP ID:
    #!/usr/bin/env bash
    set -euo pipefail
    group='{{ GROUP }}' id='{{ ID }}'
    dir=rules/src/$group
    page=$dir/$id.md
    tests=$dir/$id.tests.md
    module=${id//-/_}
    code=$dir/$module.rs

    [[ $id =~ ^[a-z0-9]+(-[a-z0-9]+)*$ ]] || { echo "a rule id is lower-case words joined by hyphens: $id" >&2; exit 2; }
    [[ -d $dir ]] || { echo "no group $group: there is no folder $dir" >&2; exit 2; }
    [[ -z $(find rules/src -name "$id.md") && ! -e $code ]] || { echo "the rule $id already exists" >&2; exit 2; }

    example() {
        cat <<EOF
    customer_tenants = {
      foo = {
        sso_account_id = "259298427341"
        sso_connector_settings = {
          cloud        = "aws"
          instance_arn = "arn:aws:sso:::instance/ssoins-7223310b09241097"
          region       = "us-east-1"
          role_arn     = "arn:aws:iam::259298427341:role/sym/SymSSOFoo"
        }
        permission_set_arn = "arn:aws:sso:::permissionSet/ssoins-7223310b09241097/ps-26c577a40376e138"
        target_account_id  = "339986187397"$1
      }
    }
    EOF
    }
    mark=" # $id: 339986187397"

    cat >"$page" <<EOF
    # $id

    \`\`\`hcl rule
    level   = "error"
    summary = "TODO: one line, what is wrong"
    \`\`\`

    TODO: what it checks, why it matters (who gets what if it stays), how to fix it, and the sources.

    **Wrong:**

    \`\`\`hcl bad
    $(example "$mark")
    \`\`\`

    **Right:**

    \`\`\`hcl good
    $(example "")
    \`\`\`
    EOF

    cat >"$tests" <<EOF
    # Tests of $id

    TODO: what else is wrong:

    \`\`\`hcl bad
    $(example "$mark")
    \`\`\`

    TODO: what looks wrong and is right:

    \`\`\`hcl good
    $(example "")
    \`\`\`
    EOF

    cat >"$code" <<EOF
    //! See $id.md.

    use symlint_core::rule::Context;
    use symlint_core::tenants::Tenant;

    pub(super) fn check(cx: &mut Context<'_>, tenant: &Tenant) {
        // TODO: cx.report(where, what is wrong)
    }
    EOF

    printf '%s\n' "$page" "$tests" "$code"
    echo "Now add two lines to $dir/mod.rs: \`mod $module;\` and \`rule!(\"$id\", Tenant($module)),\`"
