#!/usr/bin/env bash
# The steps of action.yml: downloads symlint, runs it once for all reports, and leaves its exit code to the last step.
#
# The checkout may be hostile. Nothing in it is executed or followed: symlint comes from a release, reports
# are written to RUNNER_TEMP, and git, if it is needed, runs with a configuration of its own.
#
# To try it locally, set the INPUT_ variables of action.yml, and GITHUB_ACTION_PATH, GITHUB_OUTPUT,
# GITHUB_STEP_SUMMARY, RUNNER_TEMP, RUNNER_OS and RUNNER_ARCH as a runner does. SYMLINT_RELEASES names a mirror.
set -euo pipefail

readonly repository=symlint/symlint
readonly releases=${SYMLINT_RELEASES:-https://github.com/$repository/releases/download}
readonly server=${GITHUB_SERVER_URL:-https://github.com}
# Checksums of the release that this commit of the action uses; empty if there is none.
readonly pinned=$GITHUB_ACTION_PATH/.github/action/release.sha256
# Programs that need no token do not get it, because the files that symlint reads could read its environment.
readonly gh_token=${GH_TOKEN:-}
unset GH_TOKEN
# GitHub accepts summaries of up to 1 MiB.
readonly summary_limit=1000000

# Drops entries of PATH that are relative or below the workspace: a change could put programs there.
trusted_path() {
    local workspace entry real kept=''
    workspace=$(cd -- "${GITHUB_WORKSPACE:-.}" && pwd -P)
    while IFS= read -r -d : entry; do
        [[ $entry == /* ]] || continue
        real=$(cd -- "$entry" 2>/dev/null && pwd -P) || continue
        [[ $real/ == "$workspace"/* ]] || kept+=:$entry
    done <<<"$PATH:"
    export PATH=${kept#:}
}

# Escapes text for the message of a workflow command.
escape() { sed -e 's/^error: //' -e 's/%/%25/g' -e 's/\r/%0D/g' | awk '{ printf "%s%s", (NR > 1 ? "%0A" : ""), $0 }'; }

error() { printf '::error title=symlint::%s\n' "$(escape <<<"$1")"; }

fail() {
    error "$1"
    exit 2
}

warn() { printf '::warning title=symlint::%s\n' "$(escape <<<"$1")"; }

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

# Adds a paragraph to the summary.
note() { [[ ${INPUT_SUMMARY:-true} != true ]] || printf '\n%s\n' "$1" >>"$GITHUB_STEP_SUMMARY"; }

### The program.

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

# The requested version, that of the tag with which the action is used, or the one that this commit pins.
version() {
    local given=${INPUT_VERSION:-} number='^v?([0-9]+\.[0-9]+\.[0-9]+)$'
    if [[ -n $given ]]; then
        [[ $given =~ $number ]] || fail "\`version\` is not a version, such as \`1.2.3\`: $given"
        echo "${BASH_REMATCH[1]}"
    elif [[ ${ACTION_REF:-} =~ $number ]]; then
        echo "${BASH_REMATCH[1]}"
    else
        sed -n "s/^[0-9a-f]\{64\}  symlint-\([0-9.]*\)-$1\.tar\.gz\$/\1/p" "$pinned"
    fi
}

checksum() { if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1; }

# Downloads a file of the release; a `.curlrc` is not read.
download() {
    curl -q --fail --silent --show-error --location --retry 3 --connect-timeout 20 --max-time 300 \
        --output "$work/$2" "$releases/v$1/$2" 2>"$work/curl" ||
        fail "cannot download symlint $1 from $releases/v$1/$2: $(head -n 1 "$work/curl")"
}

expected_checksum() { awk -v file="$2" '$2 == file { print $1; exit }' "$1"; }

# If gh is installed, it verifies that the archive was built by the release workflow. GitHub Enterprise Server knows
# nothing about attestations of github.com.
verify_attestation() {
    if ! command -v gh >/dev/null || [[ $server != https://github.com ]]; then return 0; fi
    GH_TOKEN=$gh_token gh attestation verify "$work/$1" --repo "$repository" --deny-self-hosted-runners \
        --signer-workflow "$repository/.github/workflows/release.yml" >"$work/attestation" 2>&1 ||
        fail "cannot verify that $1 was built by the release workflow of $repository: $(tail -n 1 "$work/attestation")"
}

# Sets `symlint` to the program of a release, after verifying its checksum and attestation. It never builds one: a build would
# use configuration files of the change that is checked.
install() {
    local target version name archive expected
    target=$(target)
    [[ -n $target ]] || fail "there is no release of symlint for ${RUNNER_OS:-this system} on ${RUNNER_ARCH:-this processor}"
    version=$(version "$target") || { printf '%s\n' "$version"; exit 2; }
    [[ -n $version ]] || fail "this commit of the action does not name a release: use the tag of a release, the commit that pins it, or the input \`version\`"
    name=symlint-$version-$target
    archive=$name.tar.gz
    download "$version" "$archive"
    expected=$(expected_checksum "$pinned" "$archive")
    if [[ -z $expected ]]; then
        download "$version" SHA256SUMS
        expected=$(expected_checksum "$work/SHA256SUMS" "$archive")
    fi
    [[ -n $expected && $(checksum "$work/$archive") == "$expected" ]] ||
        fail "the checksum of $archive is not that of the release"
    verify_attestation "$archive"
    # Without a path, because tar on Windows would read `D:` in it as a host.
    (cd "$work" && tar -xzf "$archive") || fail "cannot unpack $archive"
    symlint=$work/$name/symlint
    [[ ${RUNNER_OS:-} != Windows ]] || symlint+=.exe
    [[ -x $symlint ]] || fail "$archive does not contain symlint"
}

### The base of a pull request.

# Runs git with the objects of the checkout, but without its configuration. The token is in its environment, because all processes
# can read arguments.
base_git() {
    local pair count=0
    pair=$(printf 'x-access-token:%s' "$gh_token" | base64 | tr -d '\r\n')
    [[ -z $gh_token ]] || count=1
    GIT_CONFIG_COUNT=$count GIT_CONFIG_KEY_0=http.$server/.extraHeader GIT_CONFIG_VALUE_0="AUTHORIZATION: basic $pair" \
        GIT_DIR=$work/base GIT_ALTERNATE_OBJECT_DIRECTORIES=${objects:-} git -c core.alternateRefsCommand=true "$@"
}

has_base() { base_git cat-file -e "$BASE_SHA^{commit}" 2>/dev/null; }

# Sets BASE_SHA to the commit into which the change is to be merged, and fetches it. Sets `checkout` to the folder of the
# checkout and `head` to its commit. Fails if there is no such commit, or if it cannot be fetched.
find_base() {
    local up=${INPUT_PATH:-.} parent
    [[ ${BASE_SHA:-} =~ ^[0-9a-f]{40,64}$ ]] && command -v git >/dev/null || return 1
    # The workspace is the checkout or contains it in a folder. A change cannot contain `.git`.
    checkout=.
    if [[ ! -e .git ]]; then
        while [[ $up != [./] && ! -e $up/.git ]]; do up=$(dirname -- "$up"); done
        checkout=$(plain_path "$up")
    fi
    [[ -e $checkout/.git ]] || return 1
    local here=(git -C "$checkout" -c safe.directory='*' -c safe.bareRepository=explicit -c core.fsmonitor=false)
    head=$("${here[@]}" rev-parse --verify --quiet 'HEAD^{commit}') || return 1
    objects=$("${here[@]}" rev-parse --path-format=absolute --git-path objects) || return 1
    # The base branch may have moved since the event.
    if is_merge && parent=$("${here[@]}" rev-parse --verify --quiet 'HEAD^1^{commit}'); then BASE_SHA=$parent; fi
    git init --quiet --bare "$work/base" 2>/dev/null || return 1
    has_base || { fetch_base && has_base; }
}

# Whether the checkout is GitHub's merge commit for the pull request. Its first parent is the base branch at that time.
is_merge() { [[ ${GITHUB_REF:-} == refs/pull/*/merge && ${GITHUB_SHA:-} == "$head" ]]; }

# Fetches the base into a separate repository, so that the checkout does not change.
fetch_base() {
    [[ -n ${GITHUB_REPOSITORY:-} ]] || return 1
    base_git config remote.origin.url "$server/$GITHUB_REPOSITORY"
    base_git fetch --quiet --no-tags --depth=1 origin "$BASE_SHA" 2>"$work/fetch"
}

# A path without `./` and a `/` at the end; `.` for the workspace.
plain_path() {
    local path=$1
    while [[ $path == ./* ]]; do path=${path#./}; done
    while [[ $path == ?*/ ]]; do path=${path%/}; done
    echo "${path:-.}"
}

# Writes a file of the base branch, whose path is relative to the workspace, to $work/$2. Fails if it does not exist.
base_file() {
    local path
    path=$(plain_path "$1")
    [[ $checkout == . ]] || path=${path#"$checkout"/}
    [[ $(base_git ls-tree "$BASE_SHA" -- "$path" 2>/dev/null) =~ ^100 ]] && base_git cat-file blob "$BASE_SHA:$path" >"$work/$2"
}

# The arguments for the configuration and the baseline, which are those of the base branch if that is requested.
configuration() {
    local folder
    if [[ ${INPUT_TRUSTED_CONFIG:-false} != true || -z ${BASE_SHA:-} ]]; then
        [[ -z ${INPUT_CONFIG:-} ]] || arguments+=(--config "$INPUT_CONFIG")
        [[ -z ${INPUT_BASELINE:-} ]] || arguments+=(--baseline "$INPUT_BASELINE")
        return
    fi
    for name in INPUT_PATH INPUT_CONFIG INPUT_BASELINE; do
        [[ /${!name:-}/ != */../* && ${!name:-} != /* ]] ||
            fail "with \`trusted-config\`, paths are relative to the workspace and without \`..\`: ${!name}"
    done
    [[ -n $checkout ]] ||
        fail "cannot read the configuration of the base branch: commit $BASE_SHA is not in the checkout and cannot be fetched; set \`fetch-depth: 2\` for actions/checkout, and give the job \`contents: read\`"
    : >"$work/base.hcl"
    if [[ -n ${INPUT_CONFIG:-} ]]; then
        base_file "$INPUT_CONFIG" base.hcl || warn "the base branch has no $INPUT_CONFIG, so no configuration is used"
    else
        folder=$(plain_path "${INPUT_PATH:-.}")
        [[ ! -f $folder ]] || folder=$(dirname -- "$folder")
        until base_file "$folder/.symlint.hcl" base.hcl || [[ $folder == "$checkout" || $folder == . ]]; do
            folder=$(dirname -- "$folder")
        done
    fi
    arguments+=(--config "$work/base.hcl")
    if [[ -n ${INPUT_BASELINE:-} ]]; then
        if base_file "$INPUT_BASELINE" baseline.json; then
            arguments+=(--baseline "$work/baseline.json")
        else
            warn "the base branch has no $INPUT_BASELINE, so no baseline is used"
        fi
    fi
}

# Prints `file:line` for all lines that the change adds or edits.
touched_lines() {
    local prefix=''
    [[ $checkout == . ]] || prefix=$checkout/
    base_git -c core.quotePath=false diff --unified=0 --text --no-color --no-ext-diff --no-textconv --no-renames \
        --src-prefix="$prefix" --dst-prefix="$prefix" "$BASE_SHA" "$head" 2>/dev/null |
        awk '
            /^diff --git / { heading = 1 }
            heading && /^\+\+\+ / { file = substr($0, 5); sub(/\t$/, "", file) }
            /^@@ / {
                heading = 0
                split($3, range, ",")
                count = range[2] == "" ? 1 : range[2]
                for (line = range[1] + 0; count-- > 0; line++) print file ":" line
            }
        '
}

readonly finding=':[0-9]+:[0-9]+: (error|warning)[[][a-z0-9-]+[]] '

# Prints the findings that GitHub does not show in the diff of a pull request, because the change does not touch their lines.
untouched_findings() {
    touched_lines >"$work/touched" || return 0
    awk -v finding="$finding" '
        NR == FNR { touched[$0] = 1; next }
        match($0, finding) {
            split(substr($0, RSTART + 1), numbers, ":")
            place = substr($0, 1, RSTART - 1) ":" numbers[1]
            if (!(place in touched)) print
        }
    ' "$work/touched" "$work/lines"
}

### The effects of a change.

# Sets `revision` to the commit with which the change is compared, or `why_not` if it is not known.
find_revision() {
    local here=(git -C "$checkout" -c safe.directory='*' -c safe.bareRepository=explicit -c core.fsmonitor=false)
    if [[ -z $checkout ]]; then
        why_not="commit $BASE_SHA is not in the checkout and cannot be fetched; set \`fetch-depth: 2\` for actions/checkout, and give the job \`contents: read\`"
    elif [[ $head == "$BASE_SHA" ]]; then
        why_not="the base branch is checked out, not the change"
    # With only part of the history, it is not known where the change left the base branch.
    elif is_merge || [[ ${GITHUB_EVENT_NAME:-} == merge_group ||
        $("${here[@]}" rev-parse --is-shallow-repository 2>/dev/null) == false ]]; then
        revision=$BASE_SHA
    else
        why_not="the checkout is not GitHub's merge, and its history is cut off; set \`fetch-depth: 0\` for actions/checkout"
    fi
}

# Runs symlint so that it also finds the objects of the fetched base.
with_base() {
    if [[ -d $work/base/objects ]]; then
        GIT_ALTERNATE_OBJECT_DIRECTORIES=$work/base/objects "$symlint" "$@"
    else
        "$symlint" "$@"
    fi
}

# Writes who gains and who loses access to $work/diff.md, and in more detail to $work/diff-summary.md. The configuration
# of each side is used for that side, because a change of it is a part of the change.
compare() {
    local code=0 arguments=(
        diff --color never --fail-on never
        --format "markdown=$work/diff.md" --format "summary=$work/diff-summary.md" --format "human=$work/diff"
    )
    [[ -n ${BASE_SHA:-} ]] || return 0
    if [[ -z $revision ]]; then
        not_compared "$why_not"
        return
    fi
    [[ -z ${INPUT_CONFIG:-} ]] || arguments+=(--config "$INPUT_CONFIG")
    [[ -z ${INPUT_BASELINE:-} ]] || arguments+=(--baseline "$INPUT_BASELINE")
    [[ ${INPUT_INLINE_SUPPRESSIONS:-true} != false ]] || arguments+=(--no-inline-suppressions)
    with_base "${arguments[@]}" --base "$revision" -- "${INPUT_PATH:-.}" >/dev/null 2>"$work/diff-errors" || code=$?
    if [[ $code != 0 && ! -s $work/diff.md ]]; then
        not_compared "$(head -n 1 "$work/diff-errors")"
    fi
}

# Replaces the comparison with a message, because an earlier comment would be about an earlier change.
not_compared() {
    warn "cannot say what the change does: $1"
    # As code by indentation, which no text can end.
    printf '## ⚠️ symlint: the change could not be compared\n\n    %s\n' "$(cut -c 1-500 <<<"$1")" |
        tee "$work/diff.md" >"$work/diff-summary.md"
}

### The summary, and the comment on the pull request.

summary() {
    local size=0
    [[ ${INPUT_SUMMARY:-true} == true ]] || return 0
    if [[ -s $work/diff-summary.md ]]; then
        cat "$work/diff-summary.md" >>"$GITHUB_STEP_SUMMARY"
        printf '\n' >>"$GITHUB_STEP_SUMMARY"
        size=$(wc -c <"$work/diff-summary.md")
    fi
    [[ -f $work/summary.md ]] || return 0
    size=$((size + $(wc -c <"$work/summary.md")))
    if ((size > summary_limit + 40000)); then
        printf 'The findings are too many for this page: see the log.\n' >>"$GITHUB_STEP_SUMMARY"
        return 0
    fi
    cat "$work/summary.md" >>"$GITHUB_STEP_SUMMARY"
    [[ -n $checkout ]] || return 0
    untouched_findings >"$work/untouched"
    if [[ -s $work/untouched && $size -lt $summary_limit ]]; then
        {
            printf '\n### On lines that this change does not touch\n\n'
            # As code by indentation, which no text can end.
            head -n 50 "$work/untouched" | cut -c 1-300 | sed 's/^/    /'
            printf '\nGitHub shows annotations only on lines of the change.\n'
        } >>"$GITHUB_STEP_SUMMARY"
    fi
}

# Sends a request to GitHub's API: the method, the path, and a file with the body. Prints the status; the answer is in $work/answer.
api() {
    local arguments=(-q --silent --location --connect-timeout 20 --max-time 60 --request "$1" --output "$work/answer"
        --write-out '%{http_code}' --header 'Accept: application/vnd.github+json' --header 'Content-Type: application/json' --config -)
    [[ -z ${3:-} ]] || arguments+=(--data-binary "@$3")
    : >"$work/answer"
    curl "${arguments[@]}" "${GITHUB_API_URL:-https://api.github.com}$2" <<<"header = \"Authorization: Bearer $gh_token\"" ||
        true
}

# Posts the comment of this use of the action, or updates it. Comments of other users are never changed.
comment() {
    local status='' id marker said after=null pages=0
    [[ ${INPUT_COMMENT:-false} == true && -s $work/diff.md && ${PR_NUMBER:-} =~ ^[0-9]+$ ]] || return 0
    [[ -n $gh_token && -n ${GITHUB_REPOSITORY:-} ]] || return 0
    if ! command -v jq >/dev/null; then
        warn 'the comment was not posted: jq is not installed; the summary says the same'
        return 0
    fi
    marker="<!-- symlint $(printf '%s' "$(plain_path "${INPUT_PATH:-.}")" | checksum /dev/stdin | cut -c 1-16) -->"
    # Only comments by the token's own user, because others could write the same first line.
    while
        jq -n --arg repository "$GITHUB_REPOSITORY" --argjson number "$PR_NUMBER" --argjson after "$after" '{
            query: "query($owner: String!, $name: String!, $number: Int!, $after: String) { repository(owner: $owner, name: $name) { pullRequest(number: $number) { comments(first: 100, after: $after) { nodes { databaseId viewerDidAuthor body } pageInfo { hasNextPage endCursor } } } } }",
            variables: { owner: ($repository | split("/")[0]), name: ($repository | split("/")[1]), number: $number, after: $after }
        }' >"$work/query"
        status=$(api POST /graphql "$work/query")
        id=$(jq -r --arg marker "$marker" '[.data.repository.pullRequest.comments.nodes[]? |
            select(.viewerDidAuthor and (.body | startswith($marker))) | .databaseId] | first // empty' "$work/answer" 2>/dev/null) || id=''
        after=$(jq '.data.repository.pullRequest.comments.pageInfo | if .hasNextPage then .endCursor else null end' "$work/answer" 2>/dev/null) || after=null
        [[ -z $id && $after != null && $((pages++)) -lt 100 ]]
    do :; done
    # An empty result is posted only to replace an earlier comment.
    if [[ -z $id && $status == 200 ]] && head -n 1 "$work/diff.md" | grep -q '^## ✅ '; then return 0; fi
    jq -Rs --arg marker "$marker" '{ body: ($marker + "\n" + .) }' <"$work/diff.md" >"$work/body"
    if [[ -n $id ]]; then
        status=$(api PATCH "/repos/$GITHUB_REPOSITORY/issues/comments/$id" "$work/body")
    elif [[ $status == 200 ]]; then
        status=$(api POST "/repos/$GITHUB_REPOSITORY/issues/$PR_NUMBER/comments" "$work/body")
    fi
    [[ $status != 20[01] ]] || return 0
    said=$(jq -r '.message // empty' "$work/answer" 2>/dev/null | head -n 1 | tr -d '`' | cut -c 1-200)
    said=\`${said:-status ${status:-unknown}}\`
    if [[ $status == 40[134] ]]; then
        said="the token may not write to pull requests, as that of forks and Dependabot ($said)"
    else
        said="GitHub could not be asked, or refused it ($said)"
    fi
    echo "No comment was posted: $said."
    note "No comment was posted: $said."
}

### Code scanning.

# Whether alerts can be uploaded. If not, the summary says why. If it cannot be determined, the upload is tried.
can_upload() {
    local status message
    [[ ${INPUT_UPLOAD_SARIF:-true} == true ]] || return 1
    [[ -n $gh_token && -n ${GITHUB_REPOSITORY:-} ]] || return 0
    status=$(curl -q --silent --location --connect-timeout 20 --max-time 60 --output "$work/alerts" --write-out '%{http_code}' \
        --config - "${GITHUB_API_URL:-https://api.github.com}/repos/$GITHUB_REPOSITORY/code-scanning/alerts?per_page=1" \
        <<<"header = \"Authorization: Bearer $gh_token\"") || return 0
    message=$(sed -n 's/.*"message": *"\([^"\\`]*\)".*/\1/p' "$work/alerts" 2>/dev/null | head -n 1 | cut -c 1-200)
    # Nothing was uploaded yet.
    [[ $status == 40[34] && $message != 'no analysis found' ]] || return 0
    echo "No alerts are uploaded: code scanning is not available here ($message)."
    note "No alerts were uploaded: code scanning is not available here (\`${message:-$status}\`)."
    return 1
}

### The whole step.

main() {
    local symlint='' code=0 name token category checkout='' head='' objects='' revision='' why_not='' arguments
    for name in INPUT_PATH INPUT_CONFIG INPUT_BASELINE INPUT_VERSION; do
        [[ ${!name:-} != *[$'\n\r']* ]] || fail "an input has more than one line"
    done
    trusted_path
    work=$(mktemp -d "${RUNNER_TEMP:-/tmp}/symlint.XXXXXX")
    readonly work
    install
    find_base || checkout=''
    [[ -z ${BASE_SHA:-} ]] || find_revision

    arguments=(
        check --color never --fail-on "${INPUT_FAIL_ON:-error}"
        --format human --format "github=$work/annotations" --format "concise=$work/lines"
        --format "sarif=$work/symlint.sarif" --format "markdown=$work/summary.md"
    )
    configuration
    [[ ${INPUT_INLINE_SUPPRESSIONS:-true} != false ]] || arguments+=(--no-inline-suppressions)
    if [[ ${INPUT_NEW_FINDINGS_ONLY:-false} == true && -n ${BASE_SHA:-} ]]; then
        [[ -n $revision ]] ||
            fail "cannot tell which findings are new: $why_not"
        arguments+=(--new-since "$revision")
    fi
    compare
    # Until the runner sees a token that nobody can guess, it does not obey commands. Standard error is redirected as well: the
    # runner reads the two streams separately.
    token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    printf '::stop-commands::%s\n' "$token"
    with_base "${arguments[@]}" -- "${INPUT_PATH:-.}" 2>"$work/errors" || code=$?
    cat "$work/errors"
    [[ ! -s $work/diff ]] || cat "$work/diff"
    printf '\n::%s::\n' "$token"

    [[ ! -f $work/annotations ]] || grep -E '^::(error|warning|notice) ' "$work/annotations" || true
    summary
    comment
    if [[ $code != [01] ]]; then
        # Nothing is uploaded, because that would close the alerts of parts that were not checked.
        grep -qs '^::error title=symlint::' "$work/annotations" || error "$(cat "$work/errors")"
        output code "$code"
        return
    fi
    output findings "$(grep -cE "$finding" "$work/lines" || true)"
    output sarif-file "$work/symlint.sarif"
    category=$(plain_path "${INPUT_PATH:-.}")
    # Uses with different paths must not close each other's alerts.
    if [[ $category == . ]]; then category=symlint; else category=symlint:$category; fi
    output category "$category"
    if can_upload; then output upload true; else output upload false; fi
    output code "$code"
}

main
