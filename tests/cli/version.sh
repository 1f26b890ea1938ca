# The version, by each spelling; the optional libraries are named on the line behind it.
"$TOCSIN" --version | head -n 1
"$TOCSIN" -V | sed -n '2s/:.*//p'
