#!/usr/bin/env bash
# What action.yml runs: gets symlint, runs it once for all outputs, and leaves its exit code to the last step.
#
# It can be run on a desk: set the INPUT_ variables of action.yml, and GITHUB_ACTION_PATH, GITHUB_OUTPUT,
# GITHUB_STEP_SUMMARY, RUNNER_TEMP, RUNNER_OS and RUNNER_ARCH as a runner does.
set -euo pipefail

readonly releases=${SYMLINT_RELEASES:-https://github.com/symlint/symlint/releases/download}
work=$(mktemp -d "${RUNNER_TEMP:-/tmp}/symlint.XXXXXX")
readonly work

# The target of the release for this runner, if there is one.
target() {
    case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
        Linux-X64) echo x86_64-unknown-linux-musl ;;
        Linux-ARM64) echo aarch64-unknown-linux-musl ;;
        macOS-X64) echo x86_64-apple-darwin ;;
        macOS-ARM64) echo aarch64-apple-darwin ;;
        Windows-X64) echo x86_64-pc-windows-msvc ;;
    esac
}

# The version that is asked for, or that of the action if it is used by a tag.
version() {
    if [[ -n ${INPUT_VERSION:-} ]]; then
        echo "${INPUT_VERSION#v}"
    elif [[ ${ACTION_REF:-} =~ ^v([0-9]+\.[0-9]+\.[0-9]+)$ ]]; then
        echo "${BASH_REMATCH[1]}"
    fi
}

checksum() { if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1; }

# Downloads the archive of a release; fails if there is none. A wrong checksum ends everything.
download() {
    local version=$1 target=$2 archive=symlint-$1-$2.tar.gz expected
    curl --fail --silent --show-error --location --retry 3 --output "$work/$archive" "$releases/v$version/$archive" &&
        curl --fail --silent --show-error --location --retry 3 --output "$work/SHA256SUMS" "$releases/v$version/SHA256SUMS" ||
        return 1
    expected=$(awk -v file="$archive" '$2 == file { print $1 }' "$work/SHA256SUMS")
    if [[ -z $expected || $(checksum "$work/$archive") != "$expected" ]]; then
        echo "::error title=symlint::the checksum of $archive is not that of the release"
        exit 2
    fi
    tar -xzf "$work/$archive" -C "$work"
    symlint=$(find "$work" -type f \( -name symlint -o -name symlint.exe \) | head -n 1)
}

build() {
    local target=${CARGO_TARGET_DIR:-$work/target}
    cargo build --quiet --release --locked --package symlint --manifest-path "$GITHUB_ACTION_PATH/Cargo.toml" \
        --target-dir "$target"
    symlint=$target/release/symlint
    [[ -f $symlint ]] || symlint+=.exe
}

# Text as the message of a workflow command.
escape() { sed -e 's/^error: //' -e 's/%/%25/g' -e 's/\r/%0D/g' | awk '{ printf "%s%s", (NR > 1 ? "%0A" : ""), $0 }'; }

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

main() {
    local symlint='' wanted target_name code=0 name
    for name in INPUT_PATH INPUT_CONFIG INPUT_SARIF_FILE; do
        if [[ ${!name:-} == *$'\n'* ]]; then
            echo "::error title=symlint::an input has more than one line"
            exit 2
        fi
    done
    wanted=$(version)
    target_name=$(target)
    if [[ -z $wanted || -z $target_name ]] || ! download "$wanted" "$target_name"; then
        if [[ -n ${INPUT_VERSION:-} ]]; then
            echo "::error title=symlint::there is no release $wanted for this runner"
            exit 2
        fi
        build
    fi

    local arguments=(
        check --color never --fail-on "${INPUT_FAIL_ON:-error}"
        --format human --format "github=$work/annotations" --format "concise=$work/lines"
        --format "sarif=${INPUT_SARIF_FILE:-symlint.sarif}" --format "markdown=$work/summary.md"
    )
    [[ -z ${INPUT_CONFIG:-} ]] || arguments+=(--config "$INPUT_CONFIG")
    "$symlint" "${arguments[@]}" -- "${INPUT_PATH:-.}" 2>"$work/errors" || code=$?
    cat "$work/errors" >&2

    [[ ! -f $work/annotations ]] || cat "$work/annotations"
    if [[ ${INPUT_SUMMARY:-true} == true && -f $work/summary.md ]]; then
        cat "$work/summary.md" >>"$GITHUB_STEP_SUMMARY"
    fi
    if [[ $code != [01] ]]; then
        # What was not checked must not close alerts, nor be counted as nothing.
        grep -qs '^::error title=symlint::' "$work/annotations" || echo "::error title=symlint::$(escape <"$work/errors")"
        output code "$code"
        return
    fi
    # The last lines have notes and numbers.
    output findings "$(grep -cE '^[^ ].*:[0-9]+:[0-9]+: (error|warning)\[' "$work/lines" || true)"
    output sarif-file "${INPUT_SARIF_FILE:-symlint.sarif}"
    output code "$code"
}

main
