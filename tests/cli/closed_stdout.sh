# A stream that is closed is an error, and nothing is printed into a file that was opened instead.
"$TOCSIN" --version >&-
