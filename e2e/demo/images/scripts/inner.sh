#!/bin/sh
/app --cleanup 2s
echo "inner script ends"
