# A document in both forms: what flattening lost is said, not invented.
data=$SRC/tests/data
"$TOCSIN" advisory show "$data/advisory-published.md"
echo ----
"$TOCSIN" advisory show - <"$data/advisory-flattened.txt"
