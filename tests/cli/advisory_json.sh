# The same model as JSON; one file, once.
"$TOCSIN" advisory show -o json "$SRC/tests/data/advisory-published.md"
"$TOCSIN" advisory show -o text -o json=report.json "$SRC/tests/data/own-2021-063.md" >text
tail -n 3 text
head -n 6 report.json
