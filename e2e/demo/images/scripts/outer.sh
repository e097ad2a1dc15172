#!/bin/sh
# A script that runs a script that runs the application: two shells stand between PID 1 and it.
/scripts/inner.sh
echo "outer script ends"
