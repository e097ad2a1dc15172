#!/bin/sh
# The usual last line, without its exec.
/app --cleanup 2s
echo "script ends"
