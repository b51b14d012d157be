# Debian packages: what is missing, and how it is installed. Read by ./start and ./test.
# A list has one package a line; a second word is a command that will do as well, wherever it came from.

packages_missing() {
    local list package command
    for list in "$@"; do
        while read -r package command _; do
            case "$package" in '' | '#'*) continue ;; esac
            if [ -n "$command" ] && command -v "$command" >/dev/null 2>&1; then continue; fi
            if [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ]; then continue; fi
            printf '%s ' "$package"
        done <"$list"
    done
}

packages_install() {
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null 2>&1; then
            echo "These packages are missing and only root can install them: $*" >&2
            echo "As root, run: apt-get install $*" >&2
            exit 2
        fi
        echo "Installing needs root; sudo may ask for your password." >&2
        as_root=(sudo)
    fi
    echo "Installing: $*"
    local quiet=(-q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
    if ! { "${as_root[@]}" apt-get "${quiet[@]}" update &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "${quiet[@]}" install -y --no-install-recommends "$@"; }; then
        echo "The packages could not be installed. Look at the lines above, put it right, and run the command again." >&2
        exit 2
    fi
}
