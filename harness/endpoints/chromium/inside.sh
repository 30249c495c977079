#!/bin/sh
# HARNESS_BROWSER behind the words of HARNESS_PREFIX, none of which has a space in it, with the arguments of this script.
set -f
exec $HARNESS_PREFIX "$HARNESS_BROWSER" "$@"
