#!/bin/sh
# Writes .env, for its owner's eyes only: .env.example with a fresh secret after each name that has no value.
set -eu
umask 077

if [ -e .env ]; then
    echo "There is a .env already, and it is left as it is; .env.example says what it may hold."
    exit 0
fi
secret() {
    od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'
}
while IFS= read -r line; do
    case $line in
    [A-Z]*=) echo "$line$(secret)" ;;
    *) echo "$line" ;;
    esac
done <.env.example >.env.new
mv .env.new .env # whole or not at all
echo "Wrote .env with fresh secrets. Keep it: the servers know no other passwords than those they first started with."
