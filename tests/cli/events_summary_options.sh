# SPDX-License-Identifier: Apache-2.0
# What does not go with --summary and --info is refused, by name.
"$TOCSIN_BUILD/make-evidence" evidence >/dev/null
for mode in summary info; do
	for option in --xml --jsonl "--head 3" --dedupe "--sort time" "--shape flat"; do
		# shellcheck disable=SC2086 # an option and its value
		"$TOCSIN" events --$mode $option evidence || echo "$?"
	done
	"$TOCSIN" events --$mode --json --table evidence || echo "$?"
	"$TOCSIN" events --$mode --json -o table evidence || echo "$?"
	"$TOCSIN" events --$mode -o csv evidence || echo "$?"
	"$TOCSIN" events --$mode || echo "$?"
done 2>&1
"$TOCSIN" events --info --id 4 evidence 2>&1 || echo "$?"
"$TOCSIN" events --info --carve evidence 2>&1 || echo "$?"
"$TOCSIN" events --info --summary evidence 2>&1 || echo "$?"
