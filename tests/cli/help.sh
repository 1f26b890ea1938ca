# Help of the program and of one command, short and long; the same text by all three ways to ask.
"$TOCSIN" --help
"$TOCSIN" help >a
"$TOCSIN" --help | cmp - a
"$TOCSIN" -h
"$TOCSIN" check -h
"$TOCSIN" check --help >a
"$TOCSIN" help check | cmp - a
"$TOCSIN" --help check | cmp - a
cat a
