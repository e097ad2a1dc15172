#!/bin/sh
# A small zoo in one container: a cron that ignores hangups, and three that need different times.
nohup crond -f -c /tmp &
/app --name one --cleanup 1s &
/app --name three --cleanup 3s &
/app --name five --cleanup 5s
