#!/bin/sh
# A KRM function gets a ResourceList and gives one back, which softstop reads as any other list.
exec softstop inject -f -
