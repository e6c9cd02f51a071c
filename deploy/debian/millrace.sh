#!/bin/sh
exec /usr/lib/millrace/node /usr/lib/millrace/bin/millrace.cjs "$@"
