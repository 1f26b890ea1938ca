# Every option and command is in the manual page and in the completion.
"$TOCSIN" --generate man >page
"$TOCSIN" --generate complete-bash >completion
for word in advisory output since until build fail-on all cve xml jsonl count threads data force quiet \
	color help version check query events exposure; do
	sed 's/\\-/-/g' page | grep -qw -e "$word" || echo "not in man: $word"
	grep -qw -e "$word" completion || echo "not in completion: $word"
done
if command -v bash >/dev/null; then bash -n completion; fi
head -n 4 page
