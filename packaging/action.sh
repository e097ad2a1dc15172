# What action.yml runs: softstop check with the action's inputs, which come as FILES, OUTPUT, OUTPUT_FILE and ARGS. Nothing of them is
# read by a shell: an input can hold what somebody wrote into a pull request.
set -euo pipefail

arguments=(check -R -o "$OUTPUT")
while IFS= read -r line; do
  if [ -n "$line" ]; then arguments+=("--filename=$line"); fi
done <<< "$FILES"
while IFS= read -r line; do
  if [ -n "$line" ]; then arguments+=("$line"); fi
done <<< "$ARGS"

if [ -n "$OUTPUT_FILE" ]; then
  exec "$SOFTSTOP" "${arguments[@]}" > "$OUTPUT_FILE"
fi
exec "$SOFTSTOP" "${arguments[@]}"
