# What is built in, as a table and as JSON.
"$TOCSIN" advisory list
"$TOCSIN" advisory list -o json | head -n 12
