# Without a command: the short help, on stderr, and the exit code of a usage error.
"$TOCSIN"
