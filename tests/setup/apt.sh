# Sourced: `apt_install WHY PACKAGE…` installs Debian packages as root or through sudo;
# where it may not, it prints the one command that does it and stops.
# APT_OPTIONS go to apt-get; ROOT_COMMAND is that command, if not the plain installation.

apt_install() {
    why=$1
    shift
    command=${ROOT_COMMAND:-"apt-get update && apt-get install -y --no-install-recommends $*"}
    if ! command -v apt-get >/dev/null; then
        echo "$why: please install $* (on Debian: $command), then run make again." >&2
        exit 1
    fi
    if [ "$(id -u)" = 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        as_root="sudo"
    else
        echo "$why. Run this once, then make again:" >&2
        echo "    sudo sh -c '$command'" >&2
        exit 1
    fi
    echo "$why: installing $* with ${as_root:+sudo }apt-get"
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${APT_OPTIONS:-} "$@" >/dev/null
}
