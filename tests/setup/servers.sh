#!/bin/sh
# The tests start a RabbitMQ and a PostgreSQL of their own: installs both where they are missing.
# Their packages would also start one as a service; here nothing is started, and what runs is left as it is.
set -eu
. "$(dirname "$0")/apt.sh"

missing=""
[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing="$missing rabbitmq-server"
[ -n "$(find /usr/lib/postgresql -path '*/bin/initdb' -print -quit 2>/dev/null)" ] || missing="$missing postgresql"
if [ -n "$missing" ]; then
    # What packages call to start a service does nothing while they are installed.
    quiet=$(mktemp -d)
    trap 'rm -rf "$quiet"' EXIT
    for caller in invoke-rc.d deb-systemd-invoke; do
        printf '#!/bin/sh\nexit 0\n' >"$quiet/$caller"
        chmod 755 "$quiet/$caller"
    done
    chmod 755 "$quiet"
    APT_OPTIONS="-o DPkg::Path=$quiet:/usr/sbin:/usr/bin:/sbin:/bin"
    ROOT_COMMAND="sh $0"
    apt_install "The tests need servers to talk to" $missing
fi
