# Each mistake has one line that says what is wrong, and the exit code of the command that it names.
try() {
	echo "\$ tocsin $*" >&2
	"$TOCSIN" "$@"
	echo "exit $?" >&2
}
try chek evidence
try frobnicate
try help chek
try check --advisry=1 evidence
try check --adv 1 evidence
try check --wat evidence
try check -z evidence
try check --advisory
try check -a
try check --quiet=yes evidence
try query --build EX01=15.1.2308.20 'Get-WinEvent' evidence
try --wat query
try events -t 0 evidence
try events --threads=many evidence
try check --color sometimes evidence
try check --color alway evidence
try check --data /nonexistent evidence
try --generate html
printf 'try: a control character in a name\n' >&2
"$TOCSIN" "$(printf 'ch\033[31meck')"
